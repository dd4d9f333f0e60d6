"""The sizes of a layer's matrices."""

from __future__ import annotations

from typing import NamedTuple

from ..base import Layer


class Sizes(NamedTuple):
    """Of one product: [rows, depth] times [depth, columns]."""

    rows: int
    depth: int
    columns: int


def sizes(layer: Layer) -> Sizes:
    values = layer.op.constants(layer.types)
    return Sizes(*(int(values[name]) for name in Sizes._fields))
