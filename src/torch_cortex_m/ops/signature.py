"""What the cost of a layer depends on, apart from the kernel and the core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Numbers = tuple[int, ...]

USUAL = "int8"
"""The element type that ``Signature.text`` does not name."""


@dataclass(frozen=True)
class Signature:
    """The operator, the shapes of its tensors and its structural fields, both in the operator's
    order, and the element type of its first argument, where that may be int8 or another one: layers
    with equal signatures cost the same.

    ``text`` is its one written form, which tuning files have as keys: ``mean input=1x25x64``, or
    ``mean input=1x25x64:int16`` where the type is not int8; ``read_signature`` is the inverse.
    """

    operator: str
    shapes: tuple[tuple[str, Numbers], ...]
    fields: tuple[tuple[str, Numbers | bool], ...]
    dtype: str = USUAL

    @cached_property
    def text(self) -> str:
        shapes = [f"{name}={'x'.join(map(str, shape)) or 'scalar'}" for name, shape in self.shapes]
        if self.dtype != USUAL:
            shapes[0] += f":{self.dtype}"
        fields = (f"{name}={_field_text(value)}" for name, value in self.fields)
        return " ".join((self.operator, *shapes, *fields))

    @cached_property
    def structure(self) -> tuple[Any, ...]:
        """All but the numbers: operator, type, arguments that are present, ranks and flags."""
        shapes = tuple((name, len(shape)) for name, shape in self.shapes)
        fields = tuple((n, v if isinstance(v, bool) else (len(v),)) for n, v in self.fields)
        return self.operator, self.dtype, shapes, fields

    @cached_property
    def numbers(self) -> Numbers:
        """All dimensions and structural numbers; layers of one structure have equally many."""
        values = (*self.shapes, *self.fields)
        return tuple(n for _, value in values if not isinstance(value, bool) for n in value)

    def elements(self, tensor: str) -> int:
        """Elements of a tensor argument, 0 where it is left out."""
        shape = dict(self.shapes).get(tensor)
        result = 0 if shape is None else 1
        for size in shape or ():
            result *= size
        return result


def _field_text(value: Numbers | bool) -> str:
    return str(value) if isinstance(value, bool) else ",".join(map(str, value))


def read_signature(text: str, tensors: Iterable[str]) -> Signature:
    """The signature whose ``text`` this is; ``tensors`` are the names of the operator's arguments.

    Raises ValueError if it is none.
    """
    operator, *parts = text.split(" ")
    pairs = [part.split("=") for part in parts]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"not a layer: {text}")
    known = frozenset(tensors)
    shapes = tuple(
        (name, _shape(value.partition(":")[0])) for name, value in pairs if name in known
    )
    dtype = pairs[0][1].partition(":")[2] if pairs else ""
    fields = tuple((name, _field(value)) for name, value in pairs if name not in known)
    return Signature(operator, shapes, fields, dtype or USUAL)


def _shape(text: str) -> Numbers:
    return () if text == "scalar" else tuple(map(int, text.split("x")))


def _field(text: str) -> Numbers | bool:
    if text in ("True", "False"):
        return text == "True"
    return tuple(map(int, text.split(","))) if text else ()
