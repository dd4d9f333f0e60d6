"""to_float and others from TensorFlow Lite: CAST between the types that TFLite-Micro knows."""

from __future__ import annotations

import numpy as np

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """The integers themselves, whatever their scales."""
    value, types = call.value(), (call.tensors["input"].dtype, call.output.dtype)
    if types[0] == types[1]:
        return call.emit("reshape", (value,), shape=call.shape())
    if types in (("bool", "float32"), ("int32", "float32")):
        return call.emit("to_float", (value,))
    if types == ("int8", "float32"):
        return call.emit("dequantize", (value,), scale=1.0, zero_point=0)
    if types == ("bool", "int8"):
        ends = (call.add_constant(str(end), np.array([end], np.int8)) for end in (1, 0))
        return call.emit("where", (value, *ends))
    raise call.error(
        "these types are not converted",
        expected="bool, int8 or int32 to float32, or bool to int8",
        got=f"{types[0]} to {types[1]}",
    )


BUILTINS = [
    Builtin(
        "CAST",
        _lower,
        (Argument("input", dtypes=("bool", "int8", "int32")),),
        outputs=("bool", "int8", "int32", "float32"),
    )
]
