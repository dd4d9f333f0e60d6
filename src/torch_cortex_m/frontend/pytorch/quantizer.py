"""The int8 scheme of TensorFlow Lite as a PT2E quantizer.

Activations: per tensor, affine, [-128, 127]. Weights of weighted sums: per output channel,
symmetric, [-127, 127]. What has parameters of its own and what shares them, the operators'
patterns say. Source: TensorFlow Lite 8-bit quantization specification.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

from ...ir import INT8
from ...ops.pytorch.node import arguments
from ...ops.pytorch.pattern import Pattern, Result
from .functions import find_functions
from .observers import ActivationObserver, PerChannelWeightObserver
from .patterns import fused_activations, main_input, pattern_of
from .torchao_names import (
    FixedQParamsQuantizationSpec,
    QuantizationAnnotation,
    QuantizationSpec,
    Quantizer,
    SharedQuantizationSpec,
)

ANNOTATION = "quantization_annotation"

ACTIVATION = QuantizationSpec(
    dtype=torch.int8,
    observer_or_fake_quant_ctr=ActivationObserver,
    quant_min=INT8.low,
    quant_max=INT8.high,
    qscheme=torch.per_tensor_affine,
)


def _weight_spec(channel_axis: int) -> QuantizationSpec:
    return QuantizationSpec(
        dtype=torch.int8,
        observer_or_fake_quant_ctr=PerChannelWeightObserver,
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
                _annotate(node, ACTIVATION)
            elif pattern is None or ANNOTATION in node.meta or node in functions.absorbed:
                continue
            elif node in functions.of:
                _annotate(node, _result_spec(node, pattern))
            else:
                _annotate_pattern(node, pattern)
        return model

    def validate(self, model: GraphModule) -> None:
        """Nothing to do: ``annotate`` covers every operator, ``support`` has checked them."""


def _annotate_pattern(node: Node, pattern: Pattern) -> None:
    """The result's parameters stand behind the last activation that is fused."""
    chain = [node, *fused_activations(node)]
    for inner in chain:
        _annotate(inner, None)
    chain[-1].meta[ANNOTATION].output_qspec = _result_spec(node, pattern)
    if pattern.weight is not None:
        weight = arguments(node)[pattern.weight.argument]
        spec = _weight_spec(pattern.weight.channel_axis)
        node.meta[ANNOTATION].input_qspec_map[weight] = spec


def _result_spec(node: Node, pattern: Pattern):
    if pattern.result is Result.SHARED:
        return SharedQuantizationSpec(main_input(node, pattern))
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
