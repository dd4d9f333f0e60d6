"""The int8 scheme of TensorFlow Lite as a PT2E quantizer.

Activations: per tensor, affine, [-128, 127]. Weights of weighted sums: per output channel,
symmetric, [-127, 127]. What has parameters of its own and what shares them, the operators'
patterns say. Source: TensorFlow Lite 8-bit quantization specification.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ...ir import INT8, limits
from ...ops.pytorch.node import REAL_DTYPES, arguments
from ...ops.pytorch.pattern import Pattern, Recurrence, Result
from .functions import find_functions
from .int16 import is_int16
from .observers import (
    ActivationObserver,
    ClampedObserver,
    GateWeightObserver,
    PerChannelWeightObserver,
    StateObserver,
)
from .patterns import (
    activation_range,
    fused_activations,
    is_activation,
    is_result,
    main_input,
    pattern_of,
    results,
)
from .states import STATE, is_state, updates_of
from .torchao_names import (
    FixedQParamsQuantizationSpec,
    QuantizationAnnotation,
    QuantizationSpec,
    Quantizer,
    SharedQuantizationSpec,
)

ANNOTATION = "quantization_annotation"

INT16 = limits("int16")

ACTIVATION = QuantizationSpec(
    dtype=torch.int8,
    observer_or_fake_quant_ctr=ActivationObserver,
    quant_min=INT8.low,
    quant_max=INT8.high,
    qscheme=torch.per_tensor_affine,
)

INT16_ACTIVATION = QuantizationSpec(
    dtype=torch.int16,
    observer_or_fake_quant_ctr=StateObserver,
    quant_min=INT16.low,
    quant_max=INT16.high,
    qscheme=torch.per_tensor_symmetric,
)

OBSERVED = (ACTIVATION, INT16_ACTIVATION)


def _weight_spec(channel_axis: int, observer: Any = PerChannelWeightObserver) -> QuantizationSpec:
    return QuantizationSpec(
        dtype=torch.int8,
        observer_or_fake_quant_ctr=observer,
        quant_min=-INT8.high,
        quant_max=INT8.high,
        qscheme=torch.per_channel_symmetric,
        ch_axis=channel_axis,
    )


class TcmQuantizer(Quantizer):
    """Annotates every input and every operator; a value is quantized once, where it arises."""

    def annotate(self, model: GraphModule) -> GraphModule:
        functions = find_functions(model)
        for node in model.graph.nodes:
            pattern = pattern_of(node)
            if node.op == "placeholder":
                _annotate(node, _spec_of_input(node))
            elif pattern is None or ANNOTATION in node.meta or node in functions.absorbed:
                continue
            elif node in functions.of:
                is_number = node.meta["val"].dtype in REAL_DTYPES
                _annotate(node, _result_spec(node, pattern) if is_number else None)
            else:
                _annotate_pattern(node, pattern)
        for state, update in updates_of(model):
            _share(state, update)
        return model

    def validate(self, model: GraphModule) -> None:
        """Nothing to do: ``annotate`` covers every operator, ``support`` has checked them."""


def _annotate_pattern(node: Node, pattern: Pattern) -> None:
    """The result's parameters stand behind the last activation that is fused."""
    chain = [node, *fused_activations(node)]
    for inner in chain:
        _annotate(inner, None)
    for place, result in results(node) or [(0, chain[-1])]:
        _annotate(result, None)
        if result.meta["val"].dtype in REAL_DTYPES:
            result.meta[ANNOTATION].output_qspec = _spec_of_result(node, pattern, place, result)
    if pattern.result is Result.SHARED and _is_real_constant(main_input(node, pattern)):
        node.meta[ANNOTATION].input_qspec_map[main_input(node, pattern)] = ACTIVATION
    if pattern.weight is not None:
        weight = arguments(node)[pattern.weight.argument]
        spec = _weight_spec(pattern.weight.channel_axis)
        node.meta[ANNOTATION].input_qspec_map[weight] = spec
    if pattern.recurrence is not None:
        _annotate_gates(node, pattern.recurrence)


def _is_real_constant(node: Node) -> bool:
    return node.op == "get_attr" and node.meta["val"].dtype in REAL_DTYPES


def _annotate_gates(node: Node, recurrence: Recurrence) -> None:
    spec = _weight_spec(0, GateWeightObserver.with_args(gates=recurrence.gates))
    values = arguments(node)
    for argument in recurrence.weights:
        node.meta[ANNOTATION].input_qspec_map[values[argument]] = spec


def _spec(node: Node) -> QuantizationSpec:
    """That of what is observed by itself."""
    return INT16_ACTIVATION if is_int16(node) else ACTIVATION


def _spec_of_input(node: Node) -> QuantizationSpec | None:
    if node.meta["val"].dtype not in REAL_DTYPES:
        return None
    clamps = [activation_range([user]) for user in node.users if is_activation(user)]
    if is_state(node) or not clamps or len(clamps) < len(node.users):
        return _spec(node)
    low, high = min(low for low, _ in clamps), max(high for _, high in clamps)
    return replace(
        ACTIVATION, observer_or_fake_quant_ctr=ClampedObserver.with_args(low=low, high=high)
    )


def _spec_of_result(node: Node, pattern: Pattern, place: int, result: Node):
    if pattern.recurrence is None:
        return _result_spec(node, pattern)
    before = arguments(node).get(pattern.recurrence.continued[place])
    spec = _spec(result)
    decided = None if before is None else _decided_by(before)
    if before is None or decided is None or _spec_of(decided) is not spec:
        return spec
    return SharedQuantizationSpec(before)


def _share(state: Node, update: Node) -> None:
    """A state and its update are observed together, as far as calibration decides on both. Else
    what is written is requantized."""
    read, written = _decided_by(state), _decided_by(update)
    if read is None or written is None or read is written:
        return
    fixed = _spec_of(written)
    if isinstance(fixed, FixedQParamsQuantizationSpec):
        if _holds(fixed, state.meta[STATE].initial) and not _is_shared(read):
            read.meta[ANNOTATION].output_qspec = fixed
        return
    order = list(state.graph.nodes)
    first, second = sorted((read, written), key=order.index)
    if _spec_of(first) is _spec_of(second) in OBSERVED:
        second.meta[ANNOTATION].output_qspec = SharedQuantizationSpec(first)


def _spec_of(node: Node) -> Any:
    return node.meta[ANNOTATION].output_qspec if ANNOTATION in node.meta else None


def _decided_by(node: Node) -> Node | None:
    """The node whose result is observed, or has a known scale, for a tensor; None: it is none."""
    while isinstance(spec := _spec_of(node), SharedQuantizationSpec):
        if not isinstance(spec.edge_or_node, Node):
            return None
        node = spec.edge_or_node
    return None if _spec_of(node) is None else node


def _is_shared(node: Node) -> bool:
    specs = (_spec_of(each) for each in node.graph.nodes)
    return any(isinstance(s, SharedQuantizationSpec) and s.edge_or_node is node for s in specs)


def _holds(spec: FixedQParamsQuantizationSpec, values: Tensor) -> bool:
    """Whether no value is outside of the range of a known scale."""
    low, high = ((end - spec.zero_point) * spec.scale for end in INT8)
    return bool(((values >= low) & (values <= high)).all())


def _shared_with_inputs(node: Node) -> QuantizationSpec | SharedQuantizationSpec:
    """The result is observed together with those inputs that nothing else reads. PT2E wants what is
    shared to come first in the program."""
    order = {each: place for place, each in enumerate(node.graph.nodes)}
    observed = {_observed_for(each) for each in node.all_input_nodes} - {None}
    first, *others = sorted(observed, key=order.__getitem__) or [None]  # type: ignore[arg-type]
    if first is None:
        return _spec(node)
    for other in others:
        other.meta[ANNOTATION].output_qspec = SharedQuantizationSpec(first)  # type: ignore[union-attr]
    return SharedQuantizationSpec(first)


def _observed_for(node: Node) -> Node | None:
    """What is observed for a tensor, if it leads nowhere but to one reader of the tensor."""
    while len(node.users) == 1 and ANNOTATION in node.meta:
        spec = node.meta[ANNOTATION].output_qspec
        if spec in OBSERVED:
            return node
        if not isinstance(spec, SharedQuantizationSpec) or not isinstance(spec.edge_or_node, Node):
            return None
        node = spec.edge_or_node
    return None


def _is_of_one_tensor(node: Node) -> bool:
    """Whether all inputs are moved elements of one tensor."""
    return len({_source(each) for each in node.all_input_nodes}) == 1


def _is_of_layers_that_share(node: Node) -> bool:
    """Whether all inputs are results of recurrent layers with parameters of one tensor, such as a
    state that all layers begin with."""
    sources = [_source(each) for each in node.all_input_nodes]
    layers = [_pattern_of_layer(each) for each in sources]
    recurrent = all(each is not None and each.recurrence is not None for each in layers)
    return recurrent and len({_decided_by(each) for each in sources}) == 1


def _pattern_of_layer(node: Node) -> Pattern | None:
    """The pattern of what gives a result."""
    return pattern_of(node.args[0] if is_result(node) else node)  # type: ignore[arg-type]


def _source(node: Node) -> Node:
    """What gives the tensor whose elements the node moves."""
    pattern = pattern_of(node)
    if pattern is None or pattern.result is not Result.SHARED:
        return node
    return _source(main_input(node, pattern))


def _result_spec(node: Node, pattern: Pattern):
    if pattern.shares_scale and _is_of_one_tensor(node):
        return SharedQuantizationSpec(node.all_input_nodes[0])
    if pattern.shares_scale and _is_of_layers_that_share(node):
        return SharedQuantizationSpec(node.all_input_nodes[0])
    if pattern.shares_scale:
        return _shared_with_inputs(node)
    if pattern.result is Result.SHARED:
        shared = main_input(node, pattern)
        return SharedQuantizationSpec((shared, node) if shared.op == "get_attr" else shared)
    if pattern.result is Result.FIXED:
        assert pattern.fixed is not None
        return FixedQParamsQuantizationSpec(
            dtype=torch.int8,
            scale=pattern.fixed.scale,
            zero_point=pattern.fixed.zero_point,
            quant_min=INT8.low,
            quant_max=INT8.high,
            qscheme=torch.per_tensor_affine,
        )
    return ACTIVATION


def _annotate(node: Node, output: Any) -> None:
    node.meta[ANNOTATION] = QuantizationAnnotation(output_qspec=output, _annotated=True)
