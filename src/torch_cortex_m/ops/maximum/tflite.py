"""maximum from TensorFlow Lite: MAXIMUM, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """The integers are compared, whatever their scales."""
    return call.emit("maximum", (call.value("input"), call.value("other")))


BUILTINS = [Builtin("MAXIMUM", _lower, (Argument("input"), Argument("other")))]
