"""quantize: prepare, calibrate, convert."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ..errors import TcmError
from ..ops.frontend_base import arguments
from .capture import placeholder_types
from .inputs import as_tuple, check_like
from .observers import ActivationObserver
from .patterns import pattern_of
from .program import complete_values, constant_value, name_constants
from .quantizer import TcmQuantizer
from .quiet import quiet
from .source import where
from .torchao_names import convert_pt2e, prepare_pt2e

LARGEST_BIAS = 2.0**30
"""A quantized bias stays below this, half of what 32 bits hold, to leave room for the sum."""


def quantize(
    module: GraphModule, calibration: Iterable[Any] | None, example: tuple[Tensor, ...] | None
) -> GraphModule:
    """The program with quantize and dequantize nodes, after a look at the calibration data.

    ``calibration`` gives input tuples; without it, ``example`` calibrates, with a warning.
    """
    types = placeholder_types(module)
    samples = _samples(calibration, example)
    name_constants(module)
    with quiet():
        prepared = prepare_pt2e(module, TcmQuantizer())
    complete_values(prepared)
    count = 0
    with torch.no_grad():
        for count, sample in enumerate(samples, start=1):
            place = f"calibration sample {count - 1}"
            inputs = as_tuple(sample, place)
            check_like(inputs, types, place)
            _check_finite(inputs, place)
            prepared(*inputs)
    if count == 0:
        raise TcmError(
            "the calibration data is empty",
            expected="at least one tuple of input tensors",
            got="nothing",
            hint="an iterator that was used up gives nothing: make a new one, or give a list",
        )
    _check_observers(prepared)
    _leave_room_for_biases(prepared)
    with quiet():
        converted = convert_pt2e(prepared)
    complete_values(converted)
    return converted


def _samples(calibration: Any, example: tuple[Tensor, ...] | None) -> Iterable[Any]:
    if calibration is not None:
        if isinstance(calibration, Tensor) or not isinstance(calibration, Iterable):
            raise TcmError(
                "calibration must be an iterable of input tuples",
                expected="for example a list of tuples of tensors",
                got=type(calibration).__name__,
            )
        return calibration
    if example is None:
        raise TcmError(
            "there is nothing to calibrate with",
            expected="calibration data or example inputs",
            got="neither",
            hint="give calibration=, an iterable of input tuples",
        )
    warnings.warn(
        "no calibration data: the example inputs alone decide the quantization ranges; "
        "give calibration= a few representative samples for an accurate model",
        stacklevel=4,
    )
    return [example]


def _check_finite(inputs: tuple[Tensor, ...], place: str) -> None:
    for index, tensor in enumerate(inputs):
        if not bool(torch.isfinite(tensor).all()):
            raise TcmError(
                "the calibration data is not finite",
                where=f"{place}, input {index}",
                expected="finite numbers",
                got="NaN or infinite elements",
                hint="remove such samples",
            )


def _check_observers(prepared: GraphModule) -> None:
    """No operator gave NaN or infinity in calibration."""
    for node in prepared.graph.find_nodes(op="call_module"):
        observer = prepared.get_submodule(str(node.target))
        if isinstance(observer, ActivationObserver):
            ends = torch.stack([observer.min_val, observer.max_val])
            if not bool(torch.isfinite(ends).all()):
                source = node.args[0]
                raise TcmError(
                    "an operator's result is not finite in calibration",
                    where=where(source) if isinstance(source, Node) else None,
                    expected="finite numbers",
                    got=f"a range of {float(ends[0])} to {float(ends[1])}",
                    hint="check the model's weights and the range of the calibration data",
                )


def _leave_room_for_biases(prepared: GraphModule) -> None:
    """Raises weight scales, where bias / (input scale * weight scale) would not fit 32 bits.

    That happens to channels of (nearly) zero weights, as training with batch norm leaves them.
    """
    for node in prepared.graph.nodes:
        pattern = pattern_of(node)
        if pattern is None or pattern.weight is None or pattern.weight.bias is None:
            continue
        values = arguments(node)
        bias = values[pattern.weight.bias]
        if bias is None:
            continue
        input_scale, _ = _observer(prepared, values[pattern.inputs[0]]).calculate_qparams()
        weight_observer = _observer(prepared, values[pattern.weight.argument])
        largest = constant_value(prepared, bias).abs().to(torch.float64).reshape(-1)
        weight_observer.least_scales = largest / (float(input_scale) * LARGEST_BIAS)


def _observer(prepared: GraphModule, node: Node) -> Any:
    return prepared.get_submodule(str(node.target))
