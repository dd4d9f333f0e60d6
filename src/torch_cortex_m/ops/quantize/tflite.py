"""quantize, requantize and rescale from TensorFlow Lite: QUANTIZE, of float32 and of integers."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall

BYTES = ("float32", "int8", "uint8")
"""Types that all go together."""

WIDE = (("int8", "int16"), ("int8", "int32"), ("int16", "int8"), ("int16", "int16"),
        ("int16", "int32"), ("int32", "int8"), ("int32", "int16"))  # fmt: skip
"""Input and result. Source: TFLite-Micro's quantize_common.cc."""


def _lower(call: TfliteCall) -> str:
    """A uint8 tensor is held as int8, 128 less, and so are its zero point and this node's."""
    output = call.output.quantization
    pair = call.tensors["input"].dtype, call.output.dtype
    if not set(pair) <= set(BYTES) and pair not in WIDE:
        raise call.error(
            "its types do not go together",
            expected=", ".join(f"{input} to {result}" for input, result in WIDE),
            got=" to ".join(pair),
        )
    if pair[0] == "float32":
        return call.emit(
            "quantize",
            (call.value(),),
            scale=output.scale,
            zero_point=output.zero_point,
            ties_away=True,
        )
    input = call.quantization()
    multiplier, shift = call.multiplier(input.scale / output.scale)
    bits = {} if pair not in WIDE else {"output_bits": int(pair[1].removeprefix("int"))}
    return call.emit(
        "rescale" if bits else "requantize",
        (call.value(),),
        input_offset=-input.zero_point,
        multiplier=multiplier,
        shift=shift,
        output_offset=output.zero_point,
        **bits,
    )


BUILTINS = [
    Builtin(
        "QUANTIZE",
        _lower,
        (Argument("input", dtypes=(*BYTES, "int16", "int32")),),
        outputs=("int8", "uint8", "int16", "int32"),
    )
]
