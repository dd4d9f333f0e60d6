"""What an expansion works with: it adds calls in the place of one operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor
from torch.fx import GraphModule, Node

from .....ops.pytorch.node import shape_of
from ...program import add_call, add_constant, constant_value
from ...source import value_name


class Make:
    """Calls of operators, constants and their data where ``node`` stands."""

    def __init__(self, module: GraphModule, node: Node) -> None:
        self.module = module
        self.node = node

    def __call__(self, target: Any, *operands: Any, **named: Any) -> Node:
        """A call of an operator with these arguments."""
        return add_call(self.module, self.node, target, operands, self.node, named)

    def constant(self, data: Tensor, name: str = "constant") -> Node:
        return add_constant(self.module, self.node, data, f"{value_name(self.node)}.{name}")

    def data(self, operand: Any) -> Tensor | None:
        """The data of a constant; None of what is computed, or no tensor."""
        if isinstance(operand, Node) and operand.op == "get_attr":
            return constant_value(self.module, operand)
        return None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the operator's result."""
        return shape_of(self.node)


Expansion = Callable[[Make, dict[str, Any]], Node | None]
"""The result of an operator with these arguments by other operators; None: it stays as it is."""

Expansions = Mapping[Any, Expansion]
