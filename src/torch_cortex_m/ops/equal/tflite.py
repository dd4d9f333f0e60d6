"""equal from TensorFlow Lite: EQUAL and NOT_EQUAL, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..tflite.builtin import BYTES, Builtin
from ..tflite.call import TfliteCall
from ..tflite.comparisons import lower_comparison, operands


def _lower(negated: bool) -> Callable[[TfliteCall], str]:
    """Truth values choose between the other one and its opposite."""
    of_numbers = lower_comparison("equal", negated=negated)

    def lower(call: TfliteCall) -> str:
        if call.tensors["input"].dtype != "bool":
            return of_numbers(call)
        input, other = call.value("input"), call.value("other")
        ends = [call.add_constant(str(end).lower(), np.array([end])) for end in (False, True)]
        opposite = call.emit("where", (other, *ends), ".opposite")
        return call.emit("where", (input, opposite, other) if negated else (input, other, opposite))

    return lower


OPERANDS = operands(*BYTES, "bool", "int32")

BUILTINS = [
    Builtin("EQUAL", _lower(negated=False), OPERANDS, outputs=("bool",)),
    Builtin("NOT_EQUAL", _lower(negated=True), OPERANDS, outputs=("bool",)),
]
