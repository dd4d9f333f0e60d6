"""l2_normalization from TensorFlow Lite: L2_NORMALIZATION over the last dimension."""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    if call.options.number("FusedActivationFunction"):
        raise call.error("L2_NORMALIZATION has a fused activation", expected="none")
    offset = -call.quantization().zero_point
    return call.emit("l2_normalization", (call.value(),), input_offset=offset)


BUILTINS = [Builtin("L2_NORMALIZATION", _lower, options="L2NormOptions")]
