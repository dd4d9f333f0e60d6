"""cast and others from TensorFlow Lite: CAST between the types that TFLite-Micro knows."""

from __future__ import annotations

import numpy as np

from ...ir import DTYPES
from ..rules.integer_types import OUTPUTS
from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall

INTEGERS = tuple(OUTPUTS.values())
SOURCES = ("bool", *INTEGERS)


def _lower(call: TfliteCall) -> str:
    """The integers themselves, whatever their scales."""
    value, source, result = call.value(), call.tensors["input"].dtype, call.output.dtype
    if source == result:
        return call.emit("reshape", (value,), shape=call.shape())
    if (source, result) == ("int8", "float32"):
        return call.emit("dequantize", (value,), scale=1.0, zero_point=0)
    if result in INTEGERS:
        return call.emit("cast", (value,), output_bytes=DTYPES[result].bytes)
    numbers = value if source in ("bool", "int32") else _as_int32(call, value)
    if result == "float32":
        return call.emit("to_float", (numbers,))
    zero = call.add_constant("zero", np.zeros(1, np.int32))
    return call.emit("equal", (numbers, zero), negated=True)


def _as_int32(call: TfliteCall, value: str) -> str:
    return call.emit("cast", (value,), ".int32", output_bytes=DTYPES["int32"].bytes)


BUILTINS = [
    Builtin(
        "CAST",
        _lower,
        (Argument("input", dtypes=SOURCES),),
        outputs=(*SOURCES, "float32"),
        converts=True,
    )
]
