"""add from TensorFlow Lite: ADD, with broadcasting."""

from __future__ import annotations

from ..rules.integer_functions import Function
from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.integers import integers_or
from ..tflite.sums import lower_sum

DTYPES = (*ACTIVATIONS, "int32")
OPERANDS = tuple(Argument(name, dtypes=DTYPES) for name in ("input", "other"))
LOWER = integers_or(Function.ADD, lower_sum("add"))
BUILTINS = [Builtin("ADD", LOWER, OPERANDS, "AddOptions", DTYPES)]
