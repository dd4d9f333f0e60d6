"""quantize: prepare, calibrate, convert."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ..errors import TcmError
from .biases import MeanInputs, correct_biases, leave_room_for_biases
from .capture import placeholder_types
from .inputs import as_tuple, check_like, dtype_name
from .observers import ActivationObserver
from .program import complete_values, name_constants
from .quantizer import TcmQuantizer
from .quiet import quiet
from .source import where
from .torchao_names import convert_pt2e, prepare_pt2e


def quantize(
    module: GraphModule, calibration: Iterable[Any] | None, example: tuple[Tensor, ...] | None
) -> GraphModule:
    """The program with quantize and dequantize nodes, after a look at the calibration data.

    ``calibration`` gives input tuples; without it, ``example`` calibrates, with a warning.
    """
    types = placeholder_types(module)
    _check_float(types)
    samples = _samples(calibration, example)
    name_constants(module)
    with quiet():
        prepared = prepare_pt2e(module, TcmQuantizer())
    complete_values(prepared)
    calibrator = MeanInputs(prepared)
    count = 0
    with torch.no_grad():
        for count, sample in enumerate(samples, start=1):
            place = f"calibration sample {count - 1}"
            inputs = as_tuple(sample, place)
            check_like(inputs, types, place)
            _check_finite(inputs, place)
            calibrator.run(*inputs)
    if count == 0:
        raise TcmError(
            "the calibration data is empty",
            expected="at least one tuple of input tensors",
            got="nothing",
            hint="an iterator that was used up gives nothing: make a new one, or give a list",
        )
    _check_observers(prepared)
    leave_room_for_biases(prepared)
    with quiet(), torch.no_grad():
        correct_biases(prepared, calibrator)
        converted = convert_pt2e(prepared)
    complete_values(converted)
    return converted


def _check_float(types: list[tuple[tuple[int, ...], torch.dtype]]) -> None:
    for index, (_, dtype) in enumerate(types):
        if dtype != torch.float32:
            raise TcmError(
                f"a float model with inputs of type {dtype_name(dtype)} is not supported",
                where=f"input {index}",
                expected="float32; the compiled model takes float32 or int8",
                got=dtype_name(dtype),
                hint="give float32 example inputs",
            )


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
