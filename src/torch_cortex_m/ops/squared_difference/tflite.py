"""squared_difference from TensorFlow Lite: SQUARED_DIFFERENCE, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall
from .op import rescaling


def _lower(call: TfliteCall) -> str:
    input, other = call.quantization("input"), call.quantization("other")
    output = call.output.quantization
    call.multiplier(4.0 * max(input.scale, other.scale) ** 2 / output.scale / (1 << 14))
    return call.emit(
        "squared_difference",
        (call.value("input"), call.value("other")),
        **rescaling(input.scale, other.scale, output.scale),
        input_offset=-input.zero_point,
        other_offset=-other.zero_point,
        output_offset=output.zero_point,
    )


BUILTINS = [Builtin("SQUARED_DIFFERENCE", _lower, (Argument("input"), Argument("other")))]
