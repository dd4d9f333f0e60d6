"""TensorFlow Lite's operators that only move the elements of one tensor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import EXPORT_AGAIN
from .builtin import ACTIVATIONS, Argument, Builtin, Kind
from .call import TfliteCall

MOVED_DTYPES = (*ACTIVATIONS, "bool", "int32", "float32")
MOVED = Argument("input", dtypes=MOVED_DTYPES)

Move = Callable[[TfliteCall, np.ndarray], np.ndarray]
"""From the places of the input's elements to those of the result's."""


def constant(name: str) -> Argument:
    """A constant list, such as sizes or axes."""
    return Argument(name, Kind.CONSTANT, ("int32", "int64"))


def lower(move: Move) -> Callable[[TfliteCall], str]:
    """The lowering that moves the input as ``move`` does. A ValueError or IndexError of NumPy, of
    sizes that do not fit, becomes a TcmError."""

    def lowering(call: TfliteCall) -> str:
        try:
            places = move(call, call.places())
        except (ValueError, IndexError) as error:
            raise call.error(
                "its sizes do not fit its input",
                got=str(error),
                hint=EXPORT_AGAIN,
            ) from None
        return call.move(places)

    return lowering


def builtin(name: str, move: Move, *constants: str, options: str | None = None) -> Builtin:
    """The builtin of an operator that moves its first input as ``move`` does and, for this, reads
    constants."""
    arguments = (MOVED, *(constant(each) for each in constants))
    return Builtin(name, lower(move), arguments, options, outputs=MOVED_DTYPES)


def only(places: np.ndarray, axis: int, begin: int, end: int) -> np.ndarray:
    """The indices from begin to end of a dimension."""
    return np.take(places, range(begin, end), axis)
