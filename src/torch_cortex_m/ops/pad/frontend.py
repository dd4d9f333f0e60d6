"""pad from PyTorch: a constant border."""

from __future__ import annotations

import math

import torch
from torch.fx import Node

from ...errors import TcmError
from ...ir import INT8
from ..integers.arithmetic import round_half_away
from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    pads = call.arguments["pad"]
    rank = len(call.shape)
    padding = [0] * (2 * rank)
    for index in range(len(pads) // 2):
        axis = rank - 1 - index
        padding[2 * axis : 2 * axis + 2] = pads[2 * index : 2 * index + 2]
    value = call.input("self").value
    if not any(padding):
        return value
    return call.emit("pad", (value,), padding=tuple(padding), value=_quantized_value(call))


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
    values = arguments(node)
    mode = values.get("mode", "constant")
    if mode != "constant":
        return f"padding mode '{mode}' is not supported, only 'constant'"
    if any(count < 0 for count in values["pad"]):
        return "negative padding is not supported"
    if not math.isfinite(values["value"] or 0.0):
        return "padding with a value that is not finite is not supported"
    return None


PATTERNS = [
    Pattern(
        (aten.pad.default, aten.constant_pad_nd.default),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        problem=_problem,
        accepted="with constants",
    )
]
