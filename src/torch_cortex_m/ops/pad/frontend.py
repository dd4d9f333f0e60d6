"""pad from PyTorch: a border of one value, or of elements of the tensor."""

from __future__ import annotations

import math

import torch
from torch.fx import Node

from ...errors import TcmError
from ...ir import INT8
from ..integers.arithmetic import round_half_away
from ..pytorch import movement
from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments
from ..pytorch.pattern import Pattern, Result
from ..rules.movement import all_places

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    """A negative border crops."""
    if call.arguments.get("mode", "constant") != "constant":
        return movement.lower(call)
    value = call.input("self").value
    borders = _borders(call)
    value = _cropped(call, value, borders)
    padding = tuple(max(count, 0) for count in borders)
    if not any(padding):
        return value
    return call.emit("pad", (value,), padding=padding, value=_quantized_value(call))


def _borders(call: PytorchCall) -> list[int]:
    """Before and after each dimension; PyTorch lists the last dimension first."""
    pads, rank = call.arguments["pad"], len(call.shape)
    borders = [0] * (2 * rank)
    for index in range(len(pads) // 2):
        axis = rank - 1 - index
        borders[2 * axis : 2 * axis + 2] = pads[2 * index : 2 * index + 2]
    return borders


def _cropped(call: PytorchCall, value: str, borders: list[int]) -> str:
    places = all_places(call.shape_of(value))
    box = (
        slice(max(-before, 0), size + min(after, 0))
        for size, before, after in zip(places.shape, borders[::2], borders[1::2], strict=True)
    )
    return call.move(value, places[tuple(box)])


def _quantized_value(call: PytorchCall) -> int:
    real = float(call.arguments["value"] or 0.0)
    scale, zero_point = call.output.scale, call.output.zero_point
    quantized = round_half_away(real / scale) + zero_point
    if not INT8.low <= quantized <= INT8.high:
        raise TcmError(
            f"'{call.name}' pads with a value that its tensor's quantization cannot hold",
            where=call.source,
            expected=f"{scale * (INT8.low - zero_point):g} to {scale * (INT8.high - zero_point):g}",
            got=f"{real:g}",
            hint="pad with a value within the tensor's range",
        )
    return quantized


def _problem(node: Node) -> str | None:
    if not math.isfinite(arguments(node)["value"] or 0.0):
        return "padding with a value that is not finite is not supported"
    return None


PATTERNS = [
    Pattern(
        (aten.pad.default, aten.constant_pad_nd.default),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        problem=_problem,
        accepted="with finite numbers",
    )
]
