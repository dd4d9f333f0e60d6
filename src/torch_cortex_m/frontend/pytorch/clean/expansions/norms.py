"""Norms other than the Euclidean one, and distances, which are norms of differences."""

from __future__ import annotations

from math import inf
from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import shape_of
from .make import Expansion, Make

aten = torch.ops.aten


def _norm(make: Make, values: dict[str, Any]) -> Node | None:
    """The p-th root of the sum of the absolute values to the power of p. Source:
    torch.linalg.vector_norm."""
    order, input, keepdim = values["ord"], values["self"], values["keepdim"]
    axes = values["dim"] or list(range(len(shape_of(input))))
    if order == 2:
        return None
    if order == 0:
        others = make(aten._to_copy.default, make(aten.ne.Scalar, input, 0), dtype=torch.float32)
        return make(aten.sum.dim_IntList, others, axes, keepdim)
    sizes = make(aten.abs.default, input)
    if order in (inf, -inf):
        extreme = aten.amax.default if order > 0 else aten.amin.default
        return make(extreme, sizes, axes, keepdim)
    powers = sizes if order == 1 else make(aten.pow.Tensor_Scalar, sizes, order)
    total = make(aten.sum.dim_IntList, powers, axes, keepdim)
    return total if order == 1 else make(aten.pow.Tensor_Scalar, total, 1 / order)


def _distances(make: Make, values: dict[str, Any]) -> Node:
    """Of each row of the first to each row of the second."""
    rows = make(aten.unsqueeze.default, values["x1"], -2)
    others = make(aten.unsqueeze.default, values["x2"], -3)
    differences = make(aten.sub.Tensor, rows, others)
    return make(aten.linalg_vector_norm.default, differences, values["p"], [-1])


def _distance(make: Make, values: dict[str, Any]) -> Node:
    difference = make(aten.sub.Tensor, values["self"], values["other"])
    return make(aten.linalg_vector_norm.default, difference, values["p"])


NORMS: dict[Any, Expansion] = {
    aten.cdist.default: _distances,
    aten.dist.default: _distance,
    aten.linalg_vector_norm.default: _norm,
}
