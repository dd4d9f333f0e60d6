"""The PyTorch side of reductions: any dimensions, kept or not."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from torch.fx import Node

from ..rules.reduction import ReductionOp, blocks
from .call import PytorchCall
from .node import arguments, shape_of


def reduced_axes(node: Node) -> list[int]:
    """The dimensions in order; none or an empty list of them are all."""
    values = arguments(node)
    rank = len(shape_of(values["self"]))
    given = values.get("dim")
    if given is None or given == []:
        return list(range(rank))
    listed = [given] if isinstance(given, int) else given
    return sorted({axis % max(rank, 1) for axis in listed}) if rank else []


def is_over_places(node: Node) -> bool:
    """Whether a mean is an average pooling: over height and width of [N, C, H, W], one of them, or
    the width of [N, C, W]."""
    rank = len(shape_of(arguments(node)["self"]))
    return rank in (3, 4) and set(reduced_axes(node)) <= set(range(2, rank))


def reduced_count(node: Node) -> int:
    shape = shape_of(arguments(node)["self"])
    return prod(shape[axis] for axis in reduced_axes(node))


def count_problem(node: Node, largest: int = ReductionOp.largest_count) -> str | None:
    count = reduced_count(node)
    return f"over {count} elements, more than {largest}" if count > largest else None


def reduce(call: PytorchCall, emit: Callable[[str], str]) -> str:
    """``emit`` of the input as [outer, count, inner], in the shape of PyTorch's result."""
    value = call.value("self")
    permutation, sizes = blocks(call.shape_of(value), reduced_axes(call.node))
    moved = call.transpose(value, permutation, ".reduced_last")
    result = emit(call.reshape(moved, sizes, ".blocks"))
    return call.reshape(result, call.shape)
