"""Which matrix products of PyTorch are linear layers."""

from __future__ import annotations

from torch.fx import Node

from .node import arguments, is_constant, shape_of


def is_by_a_matrix(node: Node) -> bool:
    """Whether a product's right operand is a constant matrix and the left one is not constant."""
    values = arguments(node)
    right = values["other"] if "other" in values else values["mat2"]
    return is_constant(right) and not is_constant(values["self"]) and len(shape_of(right)) == 2
