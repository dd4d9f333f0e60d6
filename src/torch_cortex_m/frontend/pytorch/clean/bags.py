"""Bags of embeddings become embeddings and their sum, mean or largest elements: where a bag ends is
known when the model is compiled."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..patterns import results
from ..program import add_call, constant_value

aten = torch.ops.aten

BAGS = (
    aten.embedding_bag.default,
    aten.embedding_bag.padding_idx,
    aten._embedding_bag.default,
    aten._embedding_bag_forward_only.default,
)

REDUCTIONS = (aten.sum.dim_IntList, aten.mean.dim, aten.amax.default)
"""By the number of a mode."""


def replace_bags(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target not in BAGS:
            continue
        values, used = arguments(node), results(node)
        offsets, padding = values["offsets"], values.get("padding_idx")
        if offsets.op != "get_attr" or (padding or -1) >= 0 or [place for place, _ in used] != [0]:
            continue
        ((_, result),) = used
        ends = _ends(module, values)
        result.replace_all_uses_with(_bags(_calls(module, result), values, ends))


def _ends(module: GraphModule, values: dict[str, Any]) -> list[int]:
    """Where the bags begin, and where the last one ends."""
    ends = constant_value(module, values["offsets"]).tolist()
    return ends if values["include_last_offset"] else [*ends, *shape_of(values["indices"])]


def _calls(module: GraphModule, result: Node) -> Callable[..., Node]:
    def call(target: Any, *operands: Any) -> Node:
        return add_call(module, result, target, operands, result)

    return call


def _bags(call: Callable[..., Node], values: dict[str, Any], ends: list[int]) -> Node:
    rows = call(aten.embedding.default, values["weight"], values["indices"])
    if values["per_sample_weights"] is not None:
        factors = call(aten.unsqueeze.default, values["per_sample_weights"], -1)
        rows = call(aten.mul.Tensor, rows, factors)
    lengths = {end - start for start, end in pairwise(ends)}
    reduction = REDUCTIONS[values["mode"]]
    if len(lengths) == 1:
        shape = [len(ends) - 1, *lengths, shape_of(rows)[-1]]
        taken = call(aten.slice.Tensor, rows, 0, ends[0], ends[-1])
        return call(reduction, call(aten.reshape.default, taken, shape), [1])
    parts = [
        call(reduction, call(aten.slice.Tensor, rows, 0, start, end), [0], True)
        for start, end in pairwise(ends)
    ]
    return call(aten.cat.default, parts, 0)
