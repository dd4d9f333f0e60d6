"""What masks that are added to scores leave out, where they are computed: as truth values.

A mask is 0 where a score counts, and MASKED or less where it does not, however that is written:
zeros that are filled, choices of two numbers, (1 - m) * -10000, sums of masks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call, add_constant, constant_value
from ..source import value_name

aten = torch.ops.aten

MASKED = -1e4
"""What hand-written models add or fill in where they mean -inf: this or less."""

MOVES = (
    aten._unsafe_view.default,
    aten.expand.default,
    aten.permute.default,
    aten.repeat.default,
    aten.reshape.default,
    aten.select.int,
    aten.slice.Tensor,
    aten.squeeze.default,
    aten.squeeze.dim,
    aten.transpose.int,
    aten.unsqueeze.default,
    aten.view.default,
)
"""Operators that move the elements of their first argument."""


class AdditiveMasks:
    """Adds what they leave out before a node of a program."""

    def __init__(self, module: GraphModule, before: Node) -> None:
        self.module = module
        self.before = before

    def call(self, target: Any, *operands: Any, **named: Any) -> Node:
        return add_call(self.module, self.before, target, operands, self.before, named)

    def left_out(self, mask: Any) -> Node | None:
        """Truth values for what such a mask leaves out; None where it is no such mask."""
        if not isinstance(mask, Node):
            return None
        if mask.op == "get_attr":
            return self._of_constant(mask)
        rule = RULES.get(mask.target)
        return None if rule is None else rule(self, mask, arguments(mask))

    def opposite(self, truth: Node) -> Node:
        return self.call(aten.logical_not.default, truth)

    def expanded(self, truth: Node, shape: tuple[int, ...]) -> Node:
        same = shape_of(truth) == shape
        return truth if same else self.call(aten.expand.default, truth, list(shape))

    def is_zero(self, operand: Any) -> bool:
        return self.number(operand) == 0

    def is_masked(self, operand: Any) -> bool:
        number = self.number(operand)
        return number is not None and number <= MASKED

    def number(self, operand: Any) -> float | None:
        """The one value of a number or of a constant."""
        if isinstance(operand, int | float):
            return operand
        if not isinstance(operand, Node) or operand.op != "get_attr":
            return None
        values = constant_value(self.module, operand).unique()
        return float(values) if values.numel() == 1 else None

    def _of_constant(self, mask: Node) -> Node:
        data = constant_value(self.module, mask) <= MASKED
        return add_constant(self.module, self.before, data, f"{value_name(self.before)}.mask")


Rule = Callable[[AdditiveMasks, Node, Mapping[str, Any]], Node | None]


def _moved(masks: AdditiveMasks, node: Node, values: Mapping[str, Any]) -> Node | None:
    truth = masks.left_out(values["self"])
    return None if truth is None else masks.call(node.target, truth, *node.args[1:])


def _filled(masks: AdditiveMasks, node: Node, values: Mapping[str, Any]) -> Node | None:
    if not (masks.is_zero(values["self"]) and masks.is_masked(values["value"])):
        return None
    return masks.expanded(values["mask"], shape_of(node))


def _chosen(masks: AdditiveMasks, node: Node, values: Mapping[str, Any]) -> Node | None:
    condition = masks.expanded(values["condition"], shape_of(node))
    if masks.is_masked(values["self"]) and masks.is_zero(values["other"]):
        return condition
    if masks.is_zero(values["self"]) and masks.is_masked(values["other"]):
        return masks.opposite(condition)
    return None


def _sum(masks: AdditiveMasks, node: Node, values: Mapping[str, Any]) -> Node | None:
    first, second = (masks.left_out(values[name]) for name in ("self", "other"))
    if first is None or second is None or values["alpha"] != 1:
        return None
    return masks.call(aten.logical_or.default, first, second)


def _product(masks: AdditiveMasks, node: Node, values: Mapping[str, Any]) -> Node | None:
    """Of 0 or 1 and a number."""
    if not masks.is_masked(values["other"]):
        return None
    return masks.call(aten.gt.Scalar, values["self"], 0.5)


RULES: dict[Any, Rule] = {
    **dict.fromkeys(MOVES, _moved),
    aten.masked_fill.Scalar: _filled,
    **dict.fromkeys((aten.where.self, aten.where.ScalarSelf, aten.where.ScalarOther), _chosen),
    aten.where.Scalar: _chosen,
    aten.add.Tensor: _sum,
    aten.mul.Tensor: _product,
    aten.mul.Scalar: _product,
}


def is_given(mask: Any) -> bool:
    """Whether a mask is an input of the model, moved or not."""
    while isinstance(mask, Node) and mask.target in MOVES:
        mask = mask.args[0]
    return isinstance(mask, Node) and mask.op == "placeholder"
