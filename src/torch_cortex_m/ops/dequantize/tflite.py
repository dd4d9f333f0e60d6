"""dequantize from TensorFlow Lite: DEQUANTIZE."""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    input = call.quantization()
    return call.emit("dequantize", (call.value(),), scale=input.scale, zero_point=input.zero_point)


BUILTINS = [Builtin("DEQUANTIZE", _lower, outputs=("float32",))]
