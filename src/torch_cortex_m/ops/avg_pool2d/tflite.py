"""avg_pool2d from TensorFlow Lite: AVERAGE_POOL_2D. (MEAN is an operator of its own: mean.)"""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.call import TfliteCall
from ..tflite.window import pool_fields


def _lower(call: TfliteCall) -> str:
    return call.emit("avg_pool2d", (call.value(),), **pool_fields(call), **call.activation_limits())


BUILTINS = [Builtin("AVERAGE_POOL_2D", _lower, options="Pool2DOptions")]
