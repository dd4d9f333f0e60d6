"""Functions of two tensors of real numbers that are written in terms of others; with numbers and
constants of one value they are functions of one tensor, which stay whole.

copysign: by the other's sign; xlogy: a product with a logarithm; logical_and, logical_or and
logical_xor: of what is not 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import is_real
from .make import Expansion, Make

aten = torch.ops.aten

OfTwo = Callable[[Make, Node, Node], Node]


def _copysign(make: Make, a: Node, b: Node) -> Node:
    size = make(aten.abs.default, a)
    return make(aten.where.self, make(aten.lt.Scalar, b, 0), make(aten.neg.default, size), size)


def _xlogy(make: Make, a: Node, b: Node) -> Node:
    return make(aten.mul.Tensor, a, make(aten.log.default, b))


def _logic(target: torch._ops.OpOverload, make: Make, a: Node, b: Node) -> Node:
    return make(
        target, *(make(aten.ne.Scalar, each, 0) if _real(each) else each for each in (a, b))
    )


def _real(operand: Any) -> bool:
    return isinstance(operand, Node) and is_real(operand.meta["val"])


def _of_reals(expand: OfTwo, make: Make, values: dict[str, Any]) -> Node | None:
    """Of two tensors, of which one has real numbers, and more than one value if it is constant."""
    first, second = values["self"], values["other"]
    if not all(isinstance(each, Node) and _is_several(make, each) for each in (first, second)):
        return None
    return expand(make, first, second) if _real(first) or _real(second) else None


def _is_several(make: Make, operand: Node) -> bool:
    data = make.data(operand)
    return data is None or data.numel() > 1


PAIRS: dict[Any, Expansion] = {
    aten.copysign.Tensor: partial(_of_reals, _copysign),
    aten.xlogy.Tensor: partial(_of_reals, _xlogy),
    **{
        each: partial(_of_reals, partial(_logic, each))
        for each in (aten.logical_and.default, aten.logical_or.default, aten.logical_xor.default)
    },
}
