"""maximum from TensorFlow Lite: MAXIMUM, with broadcasting."""

from __future__ import annotations

from ..rules.integer_functions import Function
from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.integers import integers_or


def _lower(call: TfliteCall) -> str:
    """The integers are compared, whatever their scales."""
    return call.emit("maximum", (call.value("input"), call.value("other")))


DTYPES = (*ACTIVATIONS, "int32")
OPERANDS = tuple(Argument(name, dtypes=DTYPES) for name in ("input", "other"))
LOWER = integers_or(Function.MAXIMUM, _lower, activation=False)
BUILTINS = [Builtin("MAXIMUM", LOWER, OPERANDS, outputs=DTYPES)]
