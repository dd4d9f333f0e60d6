"""sub from TensorFlow Lite: SUB, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.sums import lower_sum

OPERANDS = (Argument("input"), Argument("other"))
BUILTINS = [Builtin("SUB", lower_sum("sub"), OPERANDS, options="SubOptions")]
