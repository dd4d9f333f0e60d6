"""quantize: prepare, calibrate, convert."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ...errors import TcmError, warn
from ...stages import progress, stage
from ...text import first_line
from .biases import correct_biases, leave_room_for_sums
from .capture import types_of
from .inputs import as_tuple, check_like, dtype_name
from .losses import FloatValues, note_losses
from .observers import ActivationObserver
from .program import complete_values, name_constants
from .quantizer import TcmQuantizer
from .quiet import quiet
from .source import value_name, where
from .states import STATE, Calls, inputs_of
from .steps import Calibrator, feed_back_integers, leave_room_for_gates
from .threads import one_thread
from .torchao_names import convert_pt2e, prepare_pt2e

Calibration = Iterable[Any] | Callable[[Sequence[str]], Iterable[Any]] | None
"""Input tuples, or what gives them for the names of the inputs."""

NO_SAMPLES = (Tensor, np.ndarray, str, bytes, Mapping)
"""What can be iterated over, but not for samples."""

MOST_LISTED = 5
"""Activations that a warning lists."""


@one_thread()
def quantize(
    module: GraphModule,
    calibration: Calibration,
    example: tuple[Tensor, ...] | None,
    measure_losses: bool = False,
) -> GraphModule:
    """The program with quantize and dequantize nodes, after a look at the calibration data.

    ``calibration`` gives input tuples; without it, ``example`` calibrates, with a warning. Of a
    program with states they are calls one after the other, from the initial states on.
    ``measure_losses``: quantize nodes say what they cost (LOSS).
    """
    placeholders = inputs_of(module)
    types = types_of(placeholders)
    _check_float(types)
    if isinstance(calibration, Callable):
        calibration = calibration([str(node.target) for node in placeholders])
    samples = _samples(calibration, example)
    name_constants(module)
    with stage("quantization"), quiet():
        prepared = prepare_pt2e(module, TcmQuantizer())
    complete_values(prepared)
    float_values = FloatValues(prepared) if measure_losses else None
    calibrator = Calibrator(prepared, float_values)
    _calibrate(Calls(calibrator), samples, types)
    _check_ranges(prepared)
    with stage("quantization"):
        converted = _converted(prepared, calibrator)
    if float_values is not None:
        with stage("quantization error"):
            note_losses(converted, float_values.calls)
    return converted


@stage("calibration")
def _calibrate(
    calls: Calls, samples: Iterable[Any], types: list[tuple[tuple[int, ...], torch.dtype]]
) -> None:
    count, total = 0, _length(samples)
    with torch.no_grad():
        for count, sample in enumerate(samples, start=1):
            place = f"calibration sample {count - 1}"
            inputs = as_tuple(sample, place)
            check_like(inputs, types, place)
            _check_finite(inputs, place)
            _run(calls, inputs, place)
            progress(count, total)
    if count == 0:
        raise TcmError(
            "the calibration data is empty",
            expected="at least one tuple of input tensors",
            got="nothing",
            hint="an iterator that was used up gives nothing: make a new one, or give a list",
        )


def _converted(prepared: GraphModule, calibrator: Calibrator) -> GraphModule:
    leave_room_for_sums(prepared)
    leave_room_for_gates(prepared)
    with quiet(), torch.no_grad():
        correct_biases(prepared, calibrator)
        converted = convert_pt2e(prepared)
    complete_values(converted)
    feed_back_integers(converted)
    return converted


def _run(calls: Calls, inputs: tuple[Tensor, ...], place: str) -> None:
    try:
        calls.run(*inputs)
    except RuntimeError as error:  # such as of types that torch.export lets pass
        raise TcmError(
            "the model does not run on its inputs",
            where=place,
            got=first_line(error),
            hint="check that model(*sample) works, and the types of its inputs",
        ) from None


def _check_float(types: list[tuple[tuple[int, ...], torch.dtype]]) -> None:
    for index, (_, dtype) in enumerate(types):
        if dtype == torch.int8:
            raise TcmError(
                f"a float model with inputs of type {dtype_name(dtype)} is not supported",
                where=f"input {index}",
                expected="float32; the compiled model takes float32 or int8 for it",
                got=dtype_name(dtype),
                hint="give float32 example inputs",
            )


def _samples(calibration: Any, example: tuple[Tensor, ...] | None) -> Iterable[Any]:
    if calibration is not None:
        if isinstance(calibration, NO_SAMPLES) or not isinstance(calibration, Iterable):
            raise TcmError(
                "calibration must be an iterable of input tuples",
                expected="for example a list of tuples of tensors",
                got=type(calibration).__name__,
                hint="of a tensor of samples make [(sample,) for sample in samples.split(1)]",
            )
        return calibration
    if example is None:
        raise TcmError(
            "there is nothing to calibrate with",
            expected="calibration data or example inputs",
            got="neither",
            hint="give calibration=, an iterable of input tuples",
        )
    warn(
        "no calibration data: the example inputs alone decide the quantization ranges; "
        "give a few representative samples (calibration=, --calibration) for an accurate model"
    )
    return [example]


def _length(samples: Iterable[Any]) -> int | None:
    """None where nobody knows: a loader over a stream has a length that it does not tell."""
    try:
        return len(samples) if isinstance(samples, Sized) else None
    except (TypeError, NotImplementedError):
        return None


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


def _check_ranges(prepared: GraphModule) -> None:
    """No activation was NaN or infinite in calibration; a warning, if some never changed."""
    constant: dict[str, float] = {}
    for node in prepared.graph.find_nodes(op="call_module"):
        observer = prepared.get_submodule(str(node.target))
        source = node.args[0]
        if isinstance(observer, ActivationObserver) and isinstance(source, Node):
            low, high = float(observer.min_val), float(observer.max_val)
            if not (math.isfinite(low) and math.isfinite(high)):
                raise _not_finite(source, low, high)
            if low == high and node.users:  # what nobody reads may be anything
                constant[_activation_name(source)] = low
    if constant:
        listed = [f"{name} (always {value:g})" for name, value in constant.items()]
        more = len(listed) - MOST_LISTED
        rest = f" and {more} more" if more > 0 else ""
        warn(
            "the calibration data is degenerate: these never changed, so that their quantization "
            f"range is empty or arbitrary: {', '.join(listed[:MOST_LISTED])}{rest}; "
            "give representative samples"
        )


def _activation_name(node: Node) -> str:
    if STATE in node.meta:
        return f"state '{node.meta[STATE].name}'"
    return f"input '{node.target}'" if node.op == "placeholder" else f"'{value_name(node)}'"


def _not_finite(source: Node, low: float, high: float) -> TcmError:
    return TcmError(
        "an operator's result is not finite in calibration",
        where=where(source),
        expected="finite numbers",
        got=f"a range of {low} to {high}",
        hint="check the model's weights and the range of the calibration data",
    )
