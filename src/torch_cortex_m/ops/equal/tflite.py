"""equal, and compare, from TensorFlow Lite: EQUAL and NOT_EQUAL, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.comparisons import INTEGERS, lower_comparison, operands

OPERANDS = operands("bool", *INTEGERS)

BUILTINS = [
    Builtin("EQUAL", lower_comparison("equal"), OPERANDS, outputs=("bool",)),
    Builtin("NOT_EQUAL", lower_comparison("equal", negated=True), OPERANDS, outputs=("bool",)),
]
