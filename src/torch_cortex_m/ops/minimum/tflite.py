"""minimum from TensorFlow Lite: MINIMUM, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """The integers are compared, whatever their scales."""
    return call.emit("minimum", (call.value("input"), call.value("other")))


BUILTINS = [Builtin("MINIMUM", _lower, (Argument("input"), Argument("other")))]
