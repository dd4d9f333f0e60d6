"""softmax and interpolated_softmax from TensorFlow Lite: SOFTMAX over the last dimension."""

from __future__ import annotations

import math

from ...ir import INT16
from ..rules.exponentials import LARGEST_SHIFT_OF_INT16, exponential_scaling
from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall

LEAST_REAL = -10.0
"""The real number that the exponentials of int16 begin with."""


def _lower(call: TfliteCall) -> str:
    types = call.tensors["input"].dtype, call.output.dtype
    if types[0] != types[1] and types[1] != "int16":
        raise call.error(
            "its result has another type",
            expected=types[0],
            got=types[1],
            hint="convert the model with one type for its input and its result",
        )
    if types[0] == "int16":
        return _wide(call)
    bits = 16 if call.output.dtype == "int16" else 8
    _check_output(call, bits, -(1 << (bits - 1)))
    beta = _beta(call)
    multiplier, left_shift, diff_min = exponential_scaling(beta * call.quantization().scale)
    return call.emit(
        "softmax",
        (call.value(), None),
        input_multiplier=multiplier,
        input_left_shift=left_shift,
        diff_min=diff_min,
        output_bits=bits,
    )


def _wide(call: TfliteCall) -> str:
    """The whole range of differences stands for ``LEAST_REAL``."""
    _check_output(call, 15, 0)
    scale = call.quantization().scale * _beta(call)
    multiplier, shift = call.multiplier(scale / (-LEAST_REAL / INT16.span))
    if shift > LARGEST_SHIFT_OF_INT16:
        raise call.error(
            "the scale of the input is too large", expected="below 5", got=f"{scale:g}"
        )
    return call.emit("interpolated_softmax", (call.value(),), multiplier=multiplier, shift=shift)


def _check_output(call: TfliteCall, bits: int, zero_point: int) -> None:
    output, scale = call.output.quantization, 2.0**-bits
    if abs(output.scale - scale) > 0.001 * scale or output.zero_point != zero_point:
        raise call.error(
            "the result of SOFTMAX has an unexpected quantization",
            expected=f"scale 1/{1 << bits}, zero point {zero_point}",
            got=f"scale {output.scale:g}, zero point {output.zero_point}",
        )


def _beta(call: TfliteCall) -> float:
    beta = float(call.options.number("Beta"))
    if not (math.isfinite(beta) and beta > 0):
        raise call.error("beta is not usable", expected="a positive number", got=beta)
    return beta


INPUT = (Argument("input", dtypes=ACTIVATIONS),)
BUILTINS = [
    Builtin("SOFTMAX", _lower, INPUT, options="SoftmaxOptions", outputs=ACTIVATIONS, converts=True)
]
