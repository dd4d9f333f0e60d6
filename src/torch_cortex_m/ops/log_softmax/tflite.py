"""log_softmax and log_softmax_float from TensorFlow Lite: LOG_SOFTMAX over the last dimension."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT8, Quantization
from ..integers.bounds import Array
from ..integers.fixed_point import exp_of_negative, shift_right
from ..rules.exponentials import INTEGER_BITS, exponential_scaling
from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall
from .op import ENTRIES, ONE, scaling

OUTPUT = Quantization(1 / 16, INT8.high)


def _lower(call: TfliteCall) -> str:
    """In the float32 that a network may end in, or in bytes."""
    dtype = call.tensors["input"].dtype
    if call.output.dtype != dtype:
        raise call.error(
            "its result has another type",
            expected=dtype,
            got=call.output.dtype,
            hint="convert the model with one type for its input and its result",
        )
    if dtype == "float32":
        return call.emit("log_softmax_float", (call.value(),))
    return _quantized(call)


def _quantized(call: TfliteCall) -> str:
    output = call.output.quantization
    if output != OUTPUT:
        raise call.error(
            "the result of LOG_SOFTMAX has an unexpected quantization",
            expected=OUTPUT,
            got=output,
            hint="TensorFlow Lite has only this one: convert the model again",
        )
    fields: dict[str, Any] = scaling(call.quantization(), output)
    exponentials, steps = _tables(call.quantization().scale)
    fields |= {"exponentials": _integers(exponentials), "steps": _integers(steps)}
    return call.emit("log_softmax", (call.value(),), **fields)


def _tables(scale: float) -> tuple[Array, Array]:
    """exponentials and steps as TensorFlow Lite has them; steps of the output, times 2^22, are
    differences in Q5.26."""
    multiplier, left_shift, diff_min = exponential_scaling(scale)
    differences = -np.arange(ENTRIES, dtype=np.int64)
    counts = differences >= diff_min
    fixed = ((np.where(counts, differences, 0) << left_shift) * multiplier + (1 << 30)) >> 31
    exponentials = shift_right(exp_of_negative(fixed, INTEGER_BITS), 12)
    return np.where(counts, exponentials, 0), np.where(counts, np.maximum(fixed, -ONE), -ONE)


def _integers(values: Array) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


DTYPES = (*BYTES, "float32")
BUILTINS = [Builtin("LOG_SOFTMAX", _lower, (Argument("input", dtypes=DTYPES),), outputs=DTYPES)]
