"""softmax from PyTorch, over any dimension, masked or not."""

from __future__ import annotations

import numpy as np
import torch

from ...ir import INT8, Quantization
from ..pytorch.call import Integers, PytorchCall
from ..pytorch.pattern import Pattern, Result
from ..rules.exponentials import exponential_scaling
from ..rules.permutation import identity, inverse, to_the_end

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
    operand = call.operands.get("mask")
    if isinstance(operand, Integers):
        return _computed_mask(call, operand.value, order)
    mask = call.constant("mask")
    if mask is None:
        return None
    data = np.transpose(mask.data, order)
    while data.ndim > 1 and (data == data[:1]).all():
        data = data[0]
    return call.add_constant("mask", np.ascontiguousarray(data))


def _computed_mask(call: PytorchCall, mask: str, order: tuple[int, ...]) -> str:
    """Without the leading dimensions along which it was repeated."""
    if order != identity(len(order)):
        return call.transpose(mask, order, ".mask_last")
    producer = call.graph.producer(mask)
    source = None if producer is None else producer.inputs[0]
    if producer is None or source is None:
        return mask
    taken = producer.op.taken_indices(call.graph.present_types(producer), {})
    given = call.shape_of(source)
    kept = next((axis for axis, size in enumerate(given) if size > 1), len(given) - 1)
    if taken is None or len(taken) != len(call.shape) or not _are_whole(taken[kept:], given[kept:]):
        return mask
    return call.reshape(source, given[kept:], ".mask")


def _are_whole(indices: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> bool:
    pairs = zip(indices, shape, strict=True)
    return all(np.array_equal(places, np.arange(size)) for places, size in pairs)


PATTERNS = [
    Pattern(
        (aten.softmax.int, aten._softmax.default, aten._masked_softmax.default),
        _lower,
        inputs=("self",),
        result=Result.FIXED,
        fixed=PROBABILITIES,
    )
]
