"""sub from TensorFlow Lite: SUB, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.sums import lower_sum

OPERANDS = tuple(Argument(name, dtypes=BYTES) for name in ("input", "other"))
BUILTINS = [Builtin("SUB", lower_sum("sub"), OPERANDS, "SubOptions", BYTES)]
