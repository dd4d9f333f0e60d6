"""Assignments at constant indices: every element of the result is one of either tensor, at a place
that is known, or a sum of some."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.fx import Node

from .....ops.pytorch.node import shape_of
from .make import Expansion, Make

aten = torch.ops.aten

MOST_WEIGHTS = 2**18
"""A layer of more is not what anybody means."""

SOURCES = ("src", "source", "values", "value")
"""What an assignment's second tensor is called."""


def _assigned(make: Make, values: dict[str, Any]) -> Node | None:
    """The operator is run once, on the places of the elements in one tensor behind the other."""
    if values.get("accumulate"):
        return _accumulated(make, values)
    known = _constants(make, values)
    if known is None:
        return None
    name = next(name for name in SOURCES if name in values)
    whole, source = values["self"], values[name]
    count = prod(shape_of(whole))
    places = torch.arange(count).reshape(shape_of(whole))
    size = prod(shape_of(source)) if isinstance(source, Node) else 1
    if size == 1:
        given = count if not isinstance(source, Node) else torch.full(shape_of(source), count)
    else:
        given = (torch.arange(size) + count).reshape(shape_of(source))
    result = _run(make, known | {"self": places, name: given})
    if size == 1:
        return make(
            aten.where.self, make.constant(result == count, "mask"), _single(make, source), whole
        )
    flat = [make(aten.flatten.using_ints, each) for each in (whole, source)]
    both = make(aten.cat.default, flat)
    taken = make(aten.index_select.default, both, 0, make.constant(result.flatten(), "places"))
    return make(aten.reshape.default, taken, list(make.shape))


def _single(make: Make, source: Any) -> Node:
    if isinstance(source, Node):
        return make(aten.reshape.default, source, [])
    return make.constant(torch.tensor(source, dtype=make.node.meta["val"].dtype), "value")


def _accumulated(make: Make, values: dict[str, Any]) -> Node | None:
    """The sums of the second tensor's elements are a linear layer of 0 and 1, along one dimension
    where that is enough."""
    known = _constants(make, values)
    if known is None:
        return None
    name = next(name for name in SOURCES if name in values)
    whole, source = values["self"], values[name]
    if not isinstance(source, Node):
        return None
    if prod(shape_of(whole)) * prod(shape_of(source)) > MOST_WEIGHTS:
        return None
    sums = _sums(make, known, name, whole, source)
    data = make.data(whole)
    if data is not None and not data.any():
        return sums
    return make(aten.add.Tensor, whole, sums, alpha=values.get("alpha", 1))


def _sums(make: Make, known: dict[str, Any], name: str, whole: Node, source: Node) -> Node:
    axis = known.get("dim")
    rank = len(shape_of(whole))
    if "index" in known and axis is not None and _is_along(known["index"], axis % max(rank, 1)):
        axis %= rank
        index = (
            known["index"].movedim(axis % known["index"].dim(), -1).reshape(-1, _count(known))[0]
        )
        weight = torch.zeros(shape_of(whole)[axis], len(index))
        weight[index, torch.arange(len(index))] = 1
        moved = make(aten.transpose.int, source, axis, -1)
        sums = make(aten.linear.default, moved, make.constant(weight, "weight"))
        return make(aten.transpose.int, sums, axis, -1)
    count, size = prod(shape_of(whole)), prod(shape_of(source))
    columns = []
    for place in range(size):
        one = torch.zeros(size)
        one[place] = 1
        empty = torch.zeros(shape_of(whole))
        given = known | {"self": empty, name: one.reshape(shape_of(source))}
        columns.append(_run(make, given | ({"alpha": 1} if "alpha" in known else {})).flatten())
    weight = make.constant(torch.stack(columns, 1).reshape(count, size), "weight")
    flat = make(aten.flatten.using_ints, source)
    return make(aten.reshape.default, make(aten.linear.default, flat, weight), list(make.shape))


def _count(known: dict[str, Any]) -> int:
    return known["index"].shape[known["dim"] % known["index"].dim()]


def _is_along(index: Tensor, axis: int) -> bool:
    """Whether an index is the same everywhere along all other dimensions."""
    if index.dim() < 2:
        return True
    rows = index.movedim(axis, -1).reshape(-1, index.shape[axis])
    return bool((rows == rows[0]).all())


def _constants(make: Make, values: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments with data in place of constants, but for the tensors that are assigned;
    None where an index is computed."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name == "self" or name in SOURCES:
            found[name] = value
        elif isinstance(value, list | tuple):
            items = [make.data(item) if isinstance(item, Node) else item for item in value]
            if any(new is None and old is not None for new, old in zip(items, value, strict=True)):
                return None
            found[name] = items
        elif isinstance(value, Node):
            data = make.data(value)
            if data is None:
                return None
            found[name] = data
        else:
            found[name] = value
    return found


def _run(make: Make, given: dict[str, Any]) -> Tensor:
    with torch.no_grad():
        return make.node.target(**given)  # type: ignore[operator]


ASSIGNMENTS: dict[Any, Expansion] = {
    **dict.fromkeys(
        (
            aten.diagonal_scatter.default,
            aten.index_copy.default,
            aten.index_fill.int_Scalar,
            aten.index_fill.int_Tensor,
            aten.index_put.default,
            aten.masked_scatter.default,
            aten.put.default,
            aten.scatter.src,
            aten.scatter.value,
        ),
        _assigned,
    ),
    **dict.fromkeys((aten.index_add.default, aten.scatter_add.default), _accumulated),
}
