"""add from TensorFlow Lite: ADD, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.sums import lower_sum

OPERANDS = (Argument("input"), Argument("other"))
BUILTINS = [Builtin("ADD", lower_sum("add"), OPERANDS, options="AddOptions")]
