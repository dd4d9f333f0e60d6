"""softmax from PyTorch, over any dimension, masked by a constant or not."""

from __future__ import annotations

import numpy as np
import torch

from ...ir import INT8, Quantization
from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Result
from ..rules.exponentials import exponential_scaling
from ..rules.permutation import inverse, to_the_end

aten = torch.ops.aten

PROBABILITIES = Quantization(1.0 / 256.0, INT8.low)
"""[0, 1) in steps of 1/256; fixed by the TensorFlow Lite 8-bit quantization specification."""


def _lower(call: PytorchCall) -> str:
    input = call.input("self")
    rank = len(call.shape)
    order = to_the_end(call.arguments["dim"] % rank, rank)
    multiplier, left_shift, diff_min = exponential_scaling(input.quantization.scale)
    result = call.emit(
        "softmax",
        (call.transpose(input.value, order, ".last"), _mask(call, order)),
        input_multiplier=multiplier,
        input_left_shift=left_shift,
        diff_min=diff_min,
    )
    return call.transpose(result, inverse(order), ".restored")


def _mask(call: PytorchCall, order: tuple[int, ...]) -> str | None:
    """The mask of those of the last dimensions that it depends on."""
    mask = call.constant("mask")
    if mask is None:
        return None
    data = np.transpose(mask.data, order)
    while data.ndim > 1 and (data == data[:1]).all():
        data = data[0]
    return call.add_constant("mask", np.ascontiguousarray(data))


PATTERNS = [
    Pattern(
        (aten.softmax.int, aten._softmax.default, aten._masked_softmax.default),
        _lower,
        inputs=("self",),
        result=Result.FIXED,
        fixed=PROBABILITIES,
    )
]
