"""less from TensorFlow Lite: LESS, GREATER and their opposites, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Builtin
from ..tflite.comparisons import lower_comparison, operands

OPERANDS = operands(*BYTES, "int32")

BUILTINS = [
    Builtin(name, lower_comparison("less", **fields), OPERANDS, outputs=("bool",))
    for name, fields in (
        ("LESS", {}),
        ("GREATER", {"swapped": True}),
        ("GREATER_EQUAL", {"negated": True}),
        ("LESS_EQUAL", {"swapped": True, "negated": True}),
    )
]
