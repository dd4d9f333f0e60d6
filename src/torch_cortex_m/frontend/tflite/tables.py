"""Safe reading of flatbuffers tables: what is damaged becomes a TcmError.

The generated accessors of the schema check no offsets: a damaged file leads them beyond its end,
where Python raises, or to other bytes of the file, which are then values like any others. So every
read stands under ``reading``, every count is checked against the file's size before anything is
sized by it, and what the values mean is checked where they are used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...errors import EXPORT_AGAIN, TcmError

LONGEST_NAME = 60
"""Characters of a tensor's name that are kept."""

LONGEST_TEXT = 1000
"""Bytes of a text that has to be read whole."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turns the exceptions of reading beyond the file's end into a TcmError that names ``what``."""
    try:
        yield
    except (struct.error, TypeError, ValueError, IndexError, OverflowError) as error:
        raise damaged(what, f"{type(error).__name__}: {error}") from None


def damaged(what: str, got: object) -> TcmError:
    return TcmError(
        f"the file is damaged: {what} cannot be read",
        expected="a model in the format that TensorFlow Lite runs",
        got=got,
        hint=EXPORT_AGAIN,
    )


def checked_count(what: str, count: int, most: int) -> int:
    """``count``, if it is at most ``most``."""
    if count > most:
        raise damaged(what, f"{count} {what}, more than fit or than are supported ({most})")
    return count


def integers(vector: Any, most: int, what: str) -> tuple[int, ...]:
    """The elements of a list; the schema's accessors give 0 where the list is left out."""
    if isinstance(vector, int):
        return ()
    checked_count(what, len(vector), most)
    return tuple(int(element) for element in vector)


def text(table: Any, slot: int) -> str:
    """The beginning of the string in a field of a table (``slot``: its offset in the vtable), with
    plain characters only; of names that a converter has joined by ";", the first."""
    offset = table._tab.Offset(slot)
    if offset == 0:
        return ""
    length = min(table._tab.VectorLen(offset), 2 * LONGEST_NAME)
    start = table._tab.Vector(offset)
    raw = bytes(table._tab.Bytes[start : start + length]).decode(errors="replace")
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_./:-") else "_"
        for letter in raw.partition(";")[0]
    )
    return plain[:LONGEST_NAME].strip("/.:_") or plain[:LONGEST_NAME]


def number(table: Any, slot: int, flags: Any) -> int:
    """The number in a field of a table (``slot``: its offset in the vtable; ``flags``: its type),
    0 where it is left out."""
    offset = table._tab.Offset(slot)
    return table._tab.Get(flags, offset + table._tab.Pos) if offset else 0


def array(view: Any, dtype: type) -> np.ndarray:
    """A list of numbers as a new array; empty where it is left out."""
    return np.array([] if isinstance(view, int) else view, dtype)


class TableOptions:
    """``ops.tflite.file.Options`` of one operator; ``table`` is None where the file has none."""

    def __init__(self, table: Any, source: str) -> None:
        self.table = table
        self.source = source

    def number(self, name: str, default: float = 0) -> int | float:
        if self.table is None:
            return default
        accessor = getattr(self.table, name, None)
        if accessor is None:
            return default
        with reading(f"option {name} of {self.source}"):
            return accessor()

    def text(self, name: str) -> str:
        if self.table is None:
            return ""
        with reading(f"option {name} of {self.source}"):
            raw = getattr(self.table, name)() or b""
            checked_count(f"characters of {name}", len(raw), LONGEST_TEXT)
            return raw.decode(errors="backslashreplace")

    def vector(self, name: str) -> tuple[int, ...] | None:
        if self.table is None:
            return None
        with reading(f"option {name} of {self.source}"):
            if getattr(self.table, f"{name}IsNone")():
                return None
            return integers(getattr(self.table, f"{name}AsNumpy")(), 64, f"elements of {name}")
