"""minimum from TensorFlow Lite: MINIMUM, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    """The integers are compared, whatever their scales."""
    return call.emit("minimum", (call.value("input"), call.value("other")))


OPERANDS = (Argument("input", dtypes=BYTES), Argument("other", dtypes=BYTES))
BUILTINS = [Builtin("MINIMUM", _lower, OPERANDS, outputs=BYTES)]
