"""What a node of a PyTorch program says: its arguments, its shape, whether it is constant."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.fx import Node

REAL_DTYPES = (torch.float32, torch.int8)
"""Float, or what a quantize node makes of it."""

INDICES = (torch.int32, torch.int64)
"""Both are int32 in the graph."""


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


def tensor_arguments(node: Node) -> dict[str, Node]:
    """The tensors among the call's arguments; of a list called "tensors" the names are "tensors_0",
    "tensors_1" and so on."""
    found: dict[str, Node] = {}
    for name, value in arguments(node).items():
        if isinstance(value, Node):
            found[name] = value
        elif isinstance(value, list | tuple):
            each = {f"{name}_{place}": item for place, item in enumerate(value)}
            found |= {n: item for n, item in each.items() if isinstance(item, Node)}
    return found


def shape_of(node: Node) -> tuple[int, ...]:
    """The shape of the tensor that a node gives; export has checked that it is static."""
    return tuple(int(size) for size in node.meta["val"].shape)


def values_of(node: Node) -> tuple[Tensor, ...]:
    """The tensors that a node gives, without data."""
    value = node.meta.get("val")
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(each for each in values if isinstance(each, Tensor))


def is_real(value: Tensor) -> bool:
    """Whether a tensor stands for real numbers, and not for indices or truth values."""
    return value.dtype in (*REAL_DTYPES, torch.uint8)


def integers_problem(node: Node) -> str | None:
    """Why a use that reads indices or truth values is not supported, where real numbers are."""
    read = (value for input in node.all_input_nodes for value in values_of(input))
    return None if all(map(is_real, read)) else "only of float tensors is supported"


def reads_truth_alone(node: Node) -> bool:
    """Whether all tensors that a node reads are truth values."""
    return all(each.meta["val"].dtype == torch.bool for each in tensor_arguments(node).values())


def gives_numbers(node: Node) -> bool:
    """Whether the result stands for real numbers or truth values, and not for indices."""
    return all(value.dtype not in INDICES for value in values_of(node))


def is_constant(operand: object) -> bool:
    """Whether an argument does not depend on the model's inputs."""
    waiting = [operand] if isinstance(operand, Node) else []
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        if node.op in ("call_function", "call_module"):  # a module is an observer
            found = set(node.all_input_nodes) - seen
            waiting += found
            seen |= found
        elif node.op != "get_attr":
            return False
    return True
