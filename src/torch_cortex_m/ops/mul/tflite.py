"""mul from TensorFlow Lite: MUL, with broadcasting."""

from __future__ import annotations

from ..rules.integer_functions import Function
from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.integers import integers_or


def _lower(call: TfliteCall) -> str:
    input, other = call.quantization("input"), call.quantization("other")
    output = call.output.quantization
    multiplier, shift = call.multiplier(input.scale * other.scale / output.scale)
    return call.emit(
        "mul",
        (call.value("input"), call.value("other")),
        input_offset=-input.zero_point,
        other_offset=-other.zero_point,
        output_offset=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        **call.activation_limits(),
    )


DTYPES = (*ACTIVATIONS, "int32")
OPERANDS = tuple(Argument(name, dtypes=DTYPES) for name in ("input", "other"))
LOWER = integers_or(Function.MULTIPLY, _lower)
BUILTINS = [Builtin("MUL", LOWER, OPERANDS, "MulOptions", DTYPES)]
