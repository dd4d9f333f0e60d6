"""less from TensorFlow Lite: LESS, GREATER and their opposites, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Builtin
from ..tflite.comparisons import lower_comparison, operands

BUILTINS = [
    Builtin(name, lower_comparison("less", **fields), operands("int8", "int32"), outputs=("bool",))
    for name, fields in (
        ("LESS", {}),
        ("GREATER", {"swapped": True}),
        ("GREATER_EQUAL", {"negated": True}),
        ("LESS_EQUAL", {"swapped": True, "negated": True}),
    )
]
