"""where from TensorFlow Lite: SELECT_V2, and the logic of truth values, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall


def _select(call: TfliteCall) -> str:
    """The integers are chosen, whatever their scales."""
    return call.emit("where", tuple(call.value(name) for name in ("condition", "input", "other")))


def _and(call: TfliteCall) -> str:
    return call.emit("where", (call.value("input"), call.value("other"), _truth(call, False)))


def _or(call: TfliteCall) -> str:
    return call.emit("where", (call.value("input"), _truth(call, True), call.value("other")))


def _not(call: TfliteCall) -> str:
    values = _truth(call, False), _truth(call, True)
    return call.emit("where", (call.value("input"), *values))


def _truth(call: TfliteCall, value: bool) -> str:
    return call.add_constant(str(value).lower(), np.array([value]))


TRUTHS = ("bool",)
CHOSEN = (*BYTES, "bool")


def _logic(name: str, lower: Callable[[TfliteCall], str], *arguments: str) -> Builtin:
    inputs = tuple(Argument(each, dtypes=TRUTHS) for each in arguments)
    return Builtin(name, lower, inputs, outputs=TRUTHS)


BUILTINS = [
    Builtin(
        "SELECT_V2",
        _select,
        (
            Argument("condition", dtypes=TRUTHS),
            Argument("input", dtypes=CHOSEN),
            Argument("other", dtypes=CHOSEN),
        ),
        outputs=CHOSEN,
    ),
    _logic("LOGICAL_AND", _and, "input", "other"),
    _logic("LOGICAL_OR", _or, "input", "other"),
    _logic("LOGICAL_NOT", _not, "input"),
]
