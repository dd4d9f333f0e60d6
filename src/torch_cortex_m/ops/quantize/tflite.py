"""quantize and requantize from TensorFlow Lite: QUANTIZE, of float32 and of int8."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """A uint8 tensor is held as int8, 128 less, and so are its zero point and this node's."""
    output = call.output.quantization
    if call.tensors["input"].dtype == "float32":
        return call.emit(
            "quantize",
            (call.value(),),
            scale=output.scale,
            zero_point=output.zero_point,
            ties_away=True,
        )
    input = call.quantization()
    multiplier, shift = call.multiplier(input.scale / output.scale)
    return call.emit(
        "requantize",
        (call.value(),),
        input_offset=-input.zero_point,
        multiplier=multiplier,
        shift=shift,
        output_offset=output.zero_point,
    )


BUILTINS = [
    Builtin(
        "QUANTIZE",
        _lower,
        (Argument("input", dtypes=("float32", "int8", "uint8")),),
        outputs=("int8", "uint8"),
    )
]
