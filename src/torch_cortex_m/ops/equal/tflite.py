"""equal from TensorFlow Lite: EQUAL and NOT_EQUAL, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.comparisons import OPERANDS, lower_comparison

BUILTINS = [
    Builtin("EQUAL", lower_comparison("equal"), OPERANDS, outputs=("bool",)),
    Builtin("NOT_EQUAL", lower_comparison("equal", negated=True), OPERANDS, outputs=("bool",)),
]
