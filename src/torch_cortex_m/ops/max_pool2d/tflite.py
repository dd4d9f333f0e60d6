"""max_pool2d from TensorFlow Lite: MAX_POOL_2D."""

from __future__ import annotations

from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.window import pool_fields


def _lower(call: TfliteCall) -> str:
    return call.emit("max_pool2d", (call.value(),), **pool_fields(call), **call.activation_limits())


INPUT = (Argument("input", dtypes=ACTIVATIONS),)
BUILTINS = [Builtin("MAX_POOL_2D", _lower, INPUT, options="Pool2DOptions", outputs=ACTIVATIONS)]
