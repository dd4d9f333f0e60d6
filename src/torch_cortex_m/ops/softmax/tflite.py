"""softmax from TensorFlow Lite: SOFTMAX over the last dimension."""

from __future__ import annotations

import math

from ..rules.exponentials import exponential_scaling
from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    output, beta = call.output.quantization, float(call.options.number("Beta"))
    bits = 16 if call.output.dtype == "int16" else 8
    scale, zero_point = 2.0**-bits, -(1 << (bits - 1))
    if abs(output.scale - scale) > 0.001 * scale or output.zero_point != zero_point:
        raise call.error(
            "the result of SOFTMAX has an unexpected quantization",
            expected=f"scale 1/{1 << bits}, zero point {zero_point}",
            got=f"scale {output.scale:g}, zero point {output.zero_point}",
        )
    if not (math.isfinite(beta) and beta > 0):
        raise call.error("beta is not usable", expected="a positive number", got=beta)
    multiplier, left_shift, diff_min = exponential_scaling(beta * call.quantization().scale)
    return call.emit(
        "softmax",
        (call.value(), None),
        input_multiplier=multiplier,
        input_left_shift=left_shift,
        diff_min=diff_min,
        output_bits=bits,
    )


INPUT = (Argument("input", dtypes=BYTES),)
BUILTINS = [Builtin("SOFTMAX", _lower, INPUT, options="SoftmaxOptions", outputs=(*BYTES, "int16"))]
