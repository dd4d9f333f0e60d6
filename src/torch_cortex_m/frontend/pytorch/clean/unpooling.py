"""max_unpool of the indices of a pool whose windows do not overlap: each value goes to the place of
its window that was the largest, as argmax finds it."""

from __future__ import annotations

from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call, add_constant
from ..source import value_name

aten = torch.ops.aten

POOLS = (aten.max_pool2d_with_indices.default, aten.max_pool1d_with_indices.default)


def replace_unpooling(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target is aten.max_unpool2d.default:
            pool = _pool(arguments(node)["indices"])
            if pool is not None:
                node.replace_all_uses_with(_unpooled(module, node, pool))


def _pool(indices: Node) -> Node | None:
    """The pool that gives these indices, of which only the shape may have been changed."""
    while indices.target in (aten.unsqueeze.default, aten.reshape.default):
        indices = indices.args[0]  # type: ignore[assignment]
    pool: Any = indices.args[0] if indices.args else None
    if not isinstance(pool, Node) or pool.target not in POOLS:
        return None
    return pool if _is_plain(arguments(pool)) else None


def _is_plain(values: dict[str, Any]) -> bool:
    """Windows side by side, without padding and dilation, none of them beyond the end."""
    kernel = _kernel(values)
    beside = _pair(values["stride"], kernel) == kernel and not values["ceil_mode"]
    unpadded = not any(_pair(values["padding"], [0, 0]))
    return beside and unpadded and set(_pair(values["dilation"], [1, 1])) == {1}


def _kernel(values: dict[str, Any]) -> list[int]:
    return _pair(values["kernel_size"], [])


def _pair(value: Any, missing: list[int]) -> list[int]:
    values = [value] if isinstance(value, int) else list(value) or missing
    return values * 2 if len(values) == 1 else values


def _unpooled(module: GraphModule, node: Node, pool: Node) -> Node:
    def make(target: torch._ops.OpOverload, *operands: Any) -> Node:
        return add_call(module, node, target, operands, node)

    values = arguments(node)
    source, value = arguments(pool)["self"], values["self"]
    rows, columns = shape_of(value)[-2:]
    height, width = _kernel(arguments(pool))
    if pool.target is aten.max_pool1d_with_indices.default:  # its places are rows there
        width, source = 1, make(aten.unsqueeze.default, source, -1)
    outer = list(shape_of(value)[:-2])
    windows = [*outer, rows, height, columns, width]
    rank = len(windows)
    order = [*range(rank - 3), rank - 2, rank - 3, rank - 1]
    for axis, size in ((-2, rows * height), (-1, columns * width)):
        source = make(aten.slice.Tensor, source, axis, 0, size)
    together = make(aten.permute.default, make(aten.reshape.default, source, windows), order)
    flat = make(aten.reshape.default, together, [*outer, rows, columns, height * width])
    largest = make(aten.argmax.default, flat, -1, True)
    places = add_constant(module, node, torch.arange(height * width), f"{value_name(node)}.places")
    chosen = make(aten.eq.Tensor, largest, places)
    zero = add_constant(module, node, torch.tensor(0.0), f"{value_name(node)}.zero")
    spread = make(aten.where.self, chosen, make(aten.unsqueeze.default, value, -1), zero)
    apart = make(aten.reshape.default, spread, [*outer, rows, columns, height, width])
    joined = make(aten.permute.default, apart, order)
    image = make(aten.reshape.default, joined, [*outer, rows * height, columns * width])
    bottom, right = (
        size - own for size, own in zip(values["output_size"], shape_of(image)[-2:], strict=True)
    )
    if not bottom and not right:
        return image
    return make(aten.constant_pad_nd.default, image, [0, right, 0, bottom])
