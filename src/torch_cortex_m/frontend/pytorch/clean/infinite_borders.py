"""A border of -inf before a maximum pool becomes one of the elements nearest to it, which change no
maximum: every window that reaches into the border has its nearest elements, too."""

from __future__ import annotations

from math import inf
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments
from ..program import add_call

aten = torch.ops.aten

PADS = (aten.pad.default, aten.constant_pad_nd.default)

POOLS: dict[object, int] = {aten.max_pool1d.default: 1, aten.max_pool2d.default: 2}
"""Maximum pools -> their dimensions."""


def fill_infinite_borders(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        values = arguments(node) if node.target in PADS else {}
        if values.get("value") == -inf and all(_keeps(user, values["pad"]) for user in node.users):
            dimensions = max(POOLS[user.target] for user in node.users)
            pads = [*values["pad"], *[0] * (2 * dimensions - len(values["pad"]))]
            args = (values["self"], pads, "replicate")
            node.replace_all_uses_with(add_call(module, node, aten.pad.default, args, node))


def _keeps(pool: Node, pads: list[int]) -> bool:
    """Whether no window of a pool lies in the border alone, or steps over what is beside it."""
    if pool.target not in POOLS or len(pads) > 2 * POOLS[pool.target] or min(pads) < 0:
        return False
    values: dict[str, Any] = arguments(pool)
    kernel, dilation = (_each(values[name], pool) for name in ("kernel_size", "dilation"))
    if set(dilation) != {1} or values["ceil_mode"]:
        return False
    sizes = reversed(kernel)
    return all(pad < size for size, pair in zip(sizes, _pairs(pads), strict=False) for pad in pair)


def _each(value: Any, pool: Node) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * POOLS[pool.target] if len(values) == 1 else values


def _pairs(pads: list[int]) -> list[list[int]]:
    return [pads[place : place + 2] for place in range(0, len(pads), 2)]
