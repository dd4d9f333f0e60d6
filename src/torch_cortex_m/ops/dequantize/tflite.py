"""dequantize from TensorFlow Lite: DEQUANTIZE."""

from __future__ import annotations

from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """uint8 is held as int8, 128 less."""
    input = call.quantization()
    return call.emit("dequantize", (call.value(),), scale=input.scale, zero_point=input.zero_point)


INPUT = Argument("input", dtypes=ACTIVATIONS)
BUILTINS = [Builtin("DEQUANTIZE", _lower, (INPUT,), outputs=("float32",), converts=True)]
