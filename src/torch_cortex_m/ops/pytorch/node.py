"""What a node of a PyTorch program says: its arguments, its shape, whether it is constant."""

from __future__ import annotations

from typing import Any

from torch.fx import Node


def arguments(node: Node) -> dict[str, Any]:
    """The call's arguments by their names in the aten schema, defaults filled in."""
    schema = node.target._schema  # type: ignore[union-attr]
    values = {
        argument.name: argument.default_value if argument.has_default_value() else None
        for argument in schema.arguments
    }
    names = [argument.name for argument in schema.arguments]
    values.update(zip(names, node.args, strict=False))
    values.update(node.kwargs)
    return values


def shape_of(node: Node) -> tuple[int, ...]:
    """The shape of the tensor that a node gives; export has checked that it is static."""
    return tuple(int(size) for size in node.meta["val"].shape)


def is_constant(operand: object) -> bool:
    """Whether an argument does not depend on the model's inputs."""
    if not isinstance(operand, Node):
        return True
    if operand.op in ("call_function", "call_module"):  # a module is an observer
        return all(is_constant(input) for input in operand.all_input_nodes)
    return operand.op == "get_attr"
