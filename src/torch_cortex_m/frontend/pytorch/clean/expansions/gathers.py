"""gather at computed indices: for each row that has indices of its own, a choice along one
dimension."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import is_constant, shape_of
from .make import Expansion, Make

aten = torch.ops.aten

MOST_ROWS = 64
"""More become more code than anybody wants."""


def _gather(make: Make, values: dict[str, Any]) -> Node | None:
    value, axis = values["self"], values["dim"]
    index = values["index"] if "index" in values else values["indices"]
    if is_constant(index):
        return None
    if axis is None:
        value, axis = make(aten.flatten.using_ints, value), 0
        index = make(aten.flatten.using_ints, index)
    rank = len(shape_of(value))
    axis %= max(rank, 1)
    sizes = shape_of(index)
    if rank == 0 or ("indices" in values and _broadcasts(shape_of(value), sizes, axis)):
        return None
    source = _once(index)
    own = shape_of(source)
    rows = [other for other in range(rank) if other != axis and own[other] > 1]
    if prod(own[row] for row in rows) > MOST_ROWS:
        return None
    for other in range(rank):
        if other != axis and other not in rows:
            value = make(aten.slice.Tensor, value, other, 0, sizes[other])
    return _of_rows(make, value, source, axis, rows)


def _broadcasts(shape: tuple[int, ...], sizes: tuple[int, ...], axis: int) -> bool:
    """Whether the tensor is repeated, or its index but along nothing that it is read along."""
    pairs = zip(shape, sizes, strict=True)
    return any(a != b for other, (a, b) in enumerate(pairs) if other != axis)


def _once(index: Node) -> Node:
    """The index without what it repeats: each dimension that it has as one element."""
    while index.target in (aten.expand.default, aten.repeat.default):
        source: Any = index.args[0]
        sizes, own = shape_of(index), shape_of(source)
        if len(own) != len(sizes) or any(a not in (1, b) for a, b in zip(own, sizes, strict=True)):
            break
        index = source
    return index


def _of_rows(make: Make, value: Node, index: Node, axis: int, rows: list[int]) -> Node:
    if not rows:
        flat = make(aten.flatten.using_ints, index)
        return make(aten.index_select.default, value, axis, flat)
    first, *others = rows
    parts = []
    for place in range(shape_of(index)[first]):
        part, places = (
            make(aten.slice.Tensor, each, first, place, place + 1) for each in (value, index)
        )
        parts.append(_of_rows(make, part, places, axis, others))
    return make(aten.cat.default, parts, first)


def _index(make: Make, values: dict[str, Any]) -> Node | None:
    """One index of each row: x[rows, columns], of which the first is constant."""
    indices = values["indices"]
    if len(indices) != 2 or any(index is None for index in indices):
        return None
    rows, columns = make.data(indices[0]), indices[1]
    if rows is None or is_constant(columns) or rows.dtype == torch.bool:
        return None
    shape = torch.broadcast_shapes(rows.shape, shape_of(columns))
    if not shape or prod(shape_of(columns)) != prod(shape) or prod(shape) > MOST_ROWS:
        return None
    rows, flat = rows.expand(shape), make(aten.flatten.using_ints, columns)
    parts = []
    for number, place in enumerate(product(*map(range, shape))):
        row = make(aten.select.int, values["self"], 0, int(rows[place]))
        chosen = make(aten.slice.Tensor, flat, 0, number, number + 1)
        parts.append(make(aten.index_select.default, row, 0, chosen))
    return make(aten.reshape.default, make(aten.cat.default, parts), list(make.shape))


GATHERS: dict[Any, Expansion] = {
    aten.gather.default: _gather,
    aten.index.Tensor: _index,
    aten.take_along_dim.default: _gather,
}
