"""Element-wise operators of several tensors.

addcmul, addcdiv: self + value * (a * b) or (a / b); lerp: start + weight * (end - start);
glu: one half times the sigmoid of the other; hypot: the root of a sum of squares.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.fx import Node

from .make import Expansion, Make

aten = torch.ops.aten


def _add_combined(combination: torch._ops.OpOverload, make: Make, values: dict[str, Any]) -> Node:
    combined = make(combination, values["tensor1"], values["tensor2"])
    return make(aten.add.Tensor, values["self"], combined, alpha=values["value"])


def _lerp(make: Make, values: dict[str, Any]) -> Node:
    step = make(
        aten.mul.Tensor, make(aten.sub.Tensor, values["end"], values["self"]), values["weight"]
    )
    return make(aten.add.Tensor, values["self"], step)


def _glu(make: Make, values: dict[str, Any]) -> Node:
    input, dim = values["self"], values["dim"]
    size = input.meta["val"].shape[dim]
    first, second = (
        make(aten.slice.Tensor, input, dim, start, start + size // 2) for start in (0, size // 2)
    )
    return make(aten.mul.Tensor, first, make(aten.sigmoid.default, second))


def _clamp(make: Make, values: dict[str, Any]) -> Node:
    """By tensors: PyTorch lets the upper bound win."""
    result = values["self"]
    for name, bound in (("min", aten.maximum.default), ("max", aten.minimum.default)):
        if values.get(name) is not None:
            result = make(bound, result, values[name])
    return result


def _same_as(target: torch._ops.OpOverload, make: Make, values: dict[str, Any]) -> Node:
    """For numbers, which are never NaN here."""
    return make(target, values["self"], values["other"])


def _hypot(make: Make, values: dict[str, Any]) -> Node:
    squares = (make(aten.square.default, values[name]) for name in ("self", "other"))
    return make(aten.sqrt.default, make(aten.add.Tensor, *squares))


COMBINATIONS: dict[Any, Expansion] = {
    aten.addcmul.default: partial(_add_combined, aten.mul.Tensor),
    aten.addcdiv.default: partial(_add_combined, aten.div.Tensor),
    aten.clamp.Tensor: _clamp,
    aten.clamp_max.Tensor: _clamp,
    aten.clamp_min.Tensor: _clamp,
    aten.fmax.default: partial(_same_as, aten.maximum.default),
    aten.fmin.default: partial(_same_as, aten.minimum.default),
    aten.glu.default: _glu,
    aten.hypot.default: _hypot,
    aten.lerp.Scalar: _lerp,
    aten.lerp.Tensor: _lerp,
}
