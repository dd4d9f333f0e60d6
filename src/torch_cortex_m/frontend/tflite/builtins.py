"""The TensorFlow Lite operators that the operators' folders declare, found by looking there."""

from __future__ import annotations

from ...errors import TcmError
from ...ops import definitions, part
from ...ops.discovery import cache_until_registered
from ...ops.tflite.builtin import Builtin


@cache_until_registered
def builtins() -> dict[str, Builtin]:
    """Name of a TensorFlow Lite operator -> the builtin that stands for it."""
    found: dict[str, Builtin] = {}
    for operator in definitions():
        module = part(operator, "tflite")
        for builtin in [] if module is None else module.BUILTINS:
            if builtin.name in found:
                raise TcmError(
                    f"several operators stand for {builtin.name}",
                    expected="one",
                    got=f"{found[builtin.name].lower.__module__} and {builtin.lower.__module__}",
                    hint="do without the distribution or the folder that brings one of them",
                )
            found[builtin.name] = builtin
    return found
