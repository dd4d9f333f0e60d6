"""prelu from TensorFlow Lite: PRELU, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    input, slope = call.quantization("input"), call.quantization("slope")
    output = call.output.quantization
    multiplier, shift = call.multiplier(input.scale / output.scale)
    slope_multiplier, slope_shift = call.multiplier(input.scale * slope.scale / output.scale)
    return call.emit(
        "prelu",
        (call.value("input"), call.value("slope")),
        input_offset=-input.zero_point,
        other_offset=-slope.zero_point,
        output_offset=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        slope_multiplier=slope_multiplier,
        slope_shift=slope_shift,
    )


ARGUMENTS = (Argument("input", dtypes=BYTES), Argument("slope", dtypes=BYTES))
BUILTINS = [Builtin("PRELU", _lower, ARGUMENTS, outputs=BYTES)]
