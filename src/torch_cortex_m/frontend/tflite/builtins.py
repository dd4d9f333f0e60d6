"""The TensorFlow Lite operators that the operators' folders declare, found by looking there."""

from __future__ import annotations

from functools import cache

from ...ops import definitions, part
from ...ops.tflite.builtin import Builtin


@cache
def builtins() -> dict[str, Builtin]:
    """Name of a TensorFlow Lite operator -> the builtin that stands for it."""
    found: dict[str, Builtin] = {}
    for operator in definitions():
        module = part(operator, "tflite")
        for builtin in [] if module is None else module.BUILTINS:
            if builtin.name in found:
                raise RuntimeError(f"two operators declare {builtin.name}")
            found[builtin.name] = builtin
    return found
