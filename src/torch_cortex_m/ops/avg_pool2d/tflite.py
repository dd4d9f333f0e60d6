"""avg_pool2d from TensorFlow Lite: AVERAGE_POOL_2D. (MEAN is an operator of its own: mean.)"""

from __future__ import annotations

from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.window import pool_fields


def _lower(call: TfliteCall) -> str:
    """In uint8 ties are rounded up. Source: TensorFlow Lite's reference AveragePool."""
    fields = {**pool_fields(call), **call.activation_limits()}
    return call.emit("avg_pool2d", (call.value(),), ties_up=call.output.dtype == "uint8", **fields)


BUILTINS = [
    Builtin(
        "AVERAGE_POOL_2D",
        _lower,
        (Argument("input", dtypes=ACTIVATIONS),),
        options="Pool2DOptions",
        outputs=ACTIVATIONS,
    )
]
