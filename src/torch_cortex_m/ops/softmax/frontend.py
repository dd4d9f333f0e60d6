"""softmax from PyTorch, over any dimension."""

from __future__ import annotations

import torch

from ...ir import INT8, Quantization
from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Result
from .op import scaling

aten = torch.ops.aten

PROBABILITIES = Quantization(1.0 / 256.0, INT8.low)
"""[0, 1) in steps of 1/256; fixed by the TensorFlow Lite 8-bit quantization specification."""


def _lower(call: PytorchCall) -> str:
    input = call.input("self")
    rank = len(call.shape)
    dimension = call.arguments["dim"] % rank
    order = (*(axis for axis in range(rank) if axis != dimension), dimension)
    inverse = tuple(order.index(axis) for axis in range(rank))
    multiplier, left_shift, diff_min = scaling(input.quantization.scale)
    result = call.emit(
        "softmax",
        (call.transpose(input.value, order, ".last"),),
        input_multiplier=multiplier,
        input_left_shift=left_shift,
        diff_min=diff_min,
    )
    return call.transpose(result, inverse, ".restored")


PATTERNS = [
    Pattern(
        (aten.softmax.int, aten._softmax.default),
        _lower,
        inputs=("self",),
        result=Result.FIXED,
        fixed=PROBABILITIES,
    )
]
