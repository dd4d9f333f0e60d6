"""add from TensorFlow Lite: ADD, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall
from .op import rescaling


def _lower(call: TfliteCall) -> str:
    input, other = call.quantization("input"), call.quantization("other")
    output = call.output.quantization
    call.multiplier(2.0 * max(input.scale, other.scale) / output.scale / (1 << 20))
    return call.emit(
        "add",
        (call.value("input"), call.value("other")),
        **rescaling(input.scale, other.scale, output.scale),
        input_offset=-input.zero_point,
        other_offset=-other.zero_point,
        output_offset=output.zero_point,
        **call.activation_limits(),
    )


BUILTINS = [Builtin("ADD", _lower, (Argument("input"), Argument("other")), options="AddOptions")]
