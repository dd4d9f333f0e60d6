"""where from TensorFlow Lite: SELECT_V2, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """The integers are chosen, whatever their scales."""
    return call.emit("where", tuple(call.value(name) for name in ("condition", "input", "other")))


BUILTINS = [
    Builtin(
        "SELECT_V2",
        _lower,
        (Argument("condition", dtypes=("bool",)), Argument("input"), Argument("other")),
    )
]
