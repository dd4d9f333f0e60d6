"""softmax from TensorFlow Lite: SOFTMAX over the last dimension."""

from __future__ import annotations

import math

from ...ir import INT8
from ..rules.exponentials import exponential_scaling
from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall

OUTPUT_SCALE, OUTPUT_ZERO_POINT = 1 / 256, INT8.low


def _lower(call: TfliteCall) -> str:
    output, beta = call.output.quantization, float(call.options.number("Beta"))
    if (
        abs(output.scale - OUTPUT_SCALE) > 0.001 * OUTPUT_SCALE
        or output.zero_point != OUTPUT_ZERO_POINT
    ):
        raise call.error(
            "the result of SOFTMAX has an unexpected quantization",
            expected=f"scale 1/256, zero point {OUTPUT_ZERO_POINT}",
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
    )


INPUT = (Argument("input", dtypes=BYTES),)
BUILTINS = [Builtin("SOFTMAX", _lower, INPUT, options="SoftmaxOptions", outputs=BYTES)]
