"""Reductions and running sums of indices, exact: by sums and choices of two slices at a time.

amax, amin, max, min: of both halves, until one element is left; argmax, argmin: the least place of
an extreme element; cumsum: sums over 1, 2, 4 ... elements; pow: of squares, for whole exponents.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import INDICES, shape_of
from .make import Expansion, Make

aten = torch.ops.aten
LARGEST_EXPONENT = 31

Target = torch._ops.OpOverload


def _is_of_indices(operand: Node) -> bool:
    return operand.meta["val"].dtype in INDICES


def _part(make: Make, value: Node, dim: int, start: int, end: int) -> Node:
    return make(aten.slice.Tensor, value, dim, start, end)


def _extreme(pair: Target, make: Make, values: dict[str, Any]) -> Node | None:
    value = values["self"]
    if not _is_of_indices(value):
        return None
    rank, given = len(shape_of(value)), values.get("dim")
    for dim in given or range(rank):
        value = _extreme_along(make, pair, value, dim % rank)
    return make(aten.view.default, value, list(make.shape))


def _extreme_along(make: Make, pair: Target, value: Node, dim: int) -> Node:
    """The halves of an odd number of elements share one."""
    while (size := shape_of(value)[dim]) > 1:
        half = (size + 1) // 2
        ends = (0, half), (size - half, size)
        value = make(pair, *(_part(make, value, dim, *each) for each in ends))
    return value


def _place(pair: Target, make: Make, values: dict[str, Any]) -> Node | None:
    value, dim = values["self"], values["dim"]
    if not _is_of_indices(value):
        return None
    if dim is None:
        value, dim = make(aten.view.default, value, [-1]), 0
    shape = shape_of(value)
    dim %= len(shape)
    size, beside = shape[dim], [1] * (len(shape) - dim - 1)
    is_extreme = make(aten.eq.Tensor, value, _extreme_along(make, pair, value, dim))
    places = make.constant(torch.arange(size).reshape(size, *beside), "places")
    none = make.constant(torch.full([1] * len(shape), size), "no_place")
    chosen = make(aten.where.self, is_extreme, places, none)
    least = _extreme_along(make, aten.minimum.default, chosen, dim)
    return make(aten.view.default, least, list(make.shape))


def _running_sum(make: Make, values: dict[str, Any]) -> Node | None:
    value = values["self"]
    if value.meta["val"].dtype == torch.bool:
        value = make(aten._to_copy.default, value, dtype=torch.int64)
    if not _is_of_indices(value) or not shape_of(value):
        return None
    shape = list(shape_of(value))
    dim, reach = values["dim"] % len(shape), 1
    while reach < shape[dim]:
        zeros = torch.zeros([*shape[:dim], reach, *shape[dim + 1 :]], dtype=torch.int64)
        before = _part(make, value, dim, 0, shape[dim] - reach)
        behind = make(aten.cat.default, [make.constant(zeros, "zeros"), before], dim)
        value, reach = make(aten.add.Tensor, value, behind), 2 * reach
    return value


def _power(make: Make, values: dict[str, Any]) -> Node | None:
    base, exponent = values["self"], values["exponent"]
    if not _is_of_indices(base) or exponent not in range(1, LARGEST_EXPONENT + 1):
        return None
    result = base
    for bit in bin(exponent)[3:]:
        result = make(aten.mul.Tensor, result, result)
        result = make(aten.mul.Tensor, result, base) if bit == "1" else result
    return result


EXTREMES = {
    aten.maximum.default: (aten.amax, aten.max),
    aten.minimum.default: (aten.amin, aten.min),
}
PLACES = {aten.maximum.default: aten.argmax, aten.minimum.default: aten.argmin}
INTEGERS: dict[Any, Expansion] = {
    **{each.default: partial(_extreme, p) for p, found in EXTREMES.items() for each in found},
    **{each.default: partial(_place, pair) for pair, each in PLACES.items()},
    aten.cumsum.default: _running_sum,
    aten.pow.Tensor_Scalar: _power,
}
