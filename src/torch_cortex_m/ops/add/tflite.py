"""add from TensorFlow Lite: ADD, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.sums import lower_sum

OPERANDS = tuple(Argument(name, dtypes=BYTES) for name in ("input", "other"))
BUILTINS = [Builtin("ADD", lower_sum("add"), OPERANDS, "AddOptions", BYTES)]
