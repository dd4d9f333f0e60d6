"""quantize, requantize and rescale from TensorFlow Lite: QUANTIZE of float32 and of integers."""

from __future__ import annotations

from typing import Any

from ...ir import DTYPES
from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall

BYTES = ("int8", "uint8")
PAIRS = (
    *(("float32", each) for each in (*BYTES, "int16")),
    *((input, output) for input in BYTES for output in BYTES),
    *(("int8", each) for each in ("int16", "int32")),
    *(("int16", each) for each in ("int8", "int16", "int32")),
    *(("int32", each) for each in ("int8", "int16")),
)
"""From which types to which, as TFLite-Micro has it; and float32 to uint8, and uint8 to uint8."""


def _lower(call: TfliteCall) -> str:
    """A uint8 tensor is held as int8, 128 less, and so are its zero point and this node's."""
    output, types = call.output.quantization, (call.tensors["input"].dtype, call.output.dtype)
    if types not in PAIRS:
        raise call.error(
            "QUANTIZE does not have these types",
            expected=", ".join(f"{input} to {output}" for input, output in PAIRS),
            got=f"{types[0]} to {types[1]}",
            hint="convert the model with activations of int8, or of int16",
        )
    if types[0] == "float32":
        return call.emit(
            "quantize",
            (call.value(),),
            scale=output.scale,
            zero_point=output.zero_point,
            ties_away=True,
            output_bytes=DTYPES[call.output.value_dtype].bytes,
        )
    if types[0] in BYTES and types[1] in BYTES:
        return _scaled(call, "requantize")
    return _scaled(call, "rescale", output_bytes=DTYPES[types[1]].bytes)


def _scaled(call: TfliteCall, operator: str, **fields: Any) -> str:
    input, output = call.quantization(), call.output.quantization
    multiplier, shift = call.multiplier(input.scale / output.scale)
    return call.emit(
        operator,
        (call.value(),),
        input_offset=-input.zero_point,
        multiplier=multiplier,
        shift=shift,
        output_offset=output.zero_point,
        **fields,
    )


BUILTINS = [
    Builtin(
        "QUANTIZE",
        _lower,
        (Argument("input", dtypes=("float32", "int8", "uint8", "int16", "int32")),),
        outputs=("int8", "uint8", "int16", "int32"),
        converts=True,
    )
]
