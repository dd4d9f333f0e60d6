"""transpose from TensorFlow Lite: TRANSPOSE."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    rank = len(call.shape())
    permutation = tuple(call.axis(axis, rank) for axis in call.integers("permutation"))
    return call.emit("transpose", (call.value(),), permutation=permutation)


BUILTINS = [
    Builtin(
        "TRANSPOSE",
        _lower,
        (Argument("input"), Argument("permutation", Kind.CONSTANT, ("int32",))),
    )
]
