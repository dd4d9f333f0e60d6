"""Scaled dot-product attention becomes products, sums and a softmax, each quantized by itself.

Masks that leave elements out (boolean ones, or -inf in additive ones) become those of a masked
softmax: what they leave out needs no place in the range of the scores.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call, add_constant, constant_value
from ..source import value_name
from .additive_masks import MASKED, AdditiveMasks, is_given
from .products import FACTORS, PRODUCTS, scaled_product

aten = torch.ops.aten

ATTENTION = aten.scaled_dot_product_attention.default

SOFTMAXES = (aten.softmax.int, aten._softmax.default)

CHOICES = (aten.where.self, aten.where.ScalarSelf, aten.where.ScalarOther)

Mask = Tensor | Node
"""Constant or computed."""

Masked = tuple[Node, Mask, Mask | None]

ANY_MASK = 2
"""The mask type of aten._masked_softmax that has the shape of the scores."""


def split_attention(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target is ATTENTION:
            node.replace_all_uses_with(_attention(module, node))


def mask_softmax(module: GraphModule) -> None:
    """A softmax of masked elements, or of a sum with a mask, becomes a masked softmax."""
    for node in list(module.graph.nodes):
        if node.target in SOFTMAXES and isinstance(node.args[0], Node):
            _mask(module, node, node.args[0])


def _attention(module: GraphModule, node: Node) -> Node:
    values = arguments(node)
    query, key, value = (values[name] for name in ("query", "key", "value"))
    if values["enable_gqa"]:
        key, value = (_for_all_heads(module, node, each, query) for each in (key, value))
    scale = values["scale"] or 1 / math.sqrt(shape_of(query)[-1])
    columns = add_call(module, node, aten.transpose.int, (key, -1, -2), node)
    scores = scaled_product(module, node, query, columns, scale)
    left_out, added = _masks(module, node, scores)
    scores = _sum(module, node, scores, added)
    shares = _softmax(module, node, scores, left_out, -1)
    return add_call(module, node, aten.matmul.default, (shares, value), node)


def _for_all_heads(module: GraphModule, node: Node, value: Node, query: Node) -> Node:
    """Keys or values with every head as often as heads of the query share it."""
    repeats = shape_of(query)[-3] // shape_of(value)[-3]
    return add_call(module, node, aten.repeat_interleave.self_int, (value, repeats, -3), node)


def _masks(module: GraphModule, node: Node, scores: Node) -> tuple[Mask | None, Mask | None]:
    """(which scores are left out, what is added to the others), as far as there is either."""
    values = arguments(node)
    mask = values["attn_mask"]
    if values["is_causal"]:
        rows, columns = shape_of(scores)[-2:]
        return torch.ones(rows, columns, dtype=torch.bool).triu(1), None
    if mask is None:
        return None, None
    if mask.op == "get_attr":
        data = constant_value(module, mask)
        return (~data, None) if data.dtype == torch.bool else _split_mask(data)
    if mask.meta["val"].dtype == torch.bool:
        return AdditiveMasks(module, node).opposite(mask), None
    return _split_computed(module, node, mask) or (None, mask)


def _split_computed(module: GraphModule, node: Node, mask: Node) -> tuple[Node, Node | None] | None:
    """The same of a mask that is computed or given; None, if it is none. Of a given one nobody
    knows that it is nothing but a mask."""
    masks = AdditiveMasks(module, node)
    if is_given(mask):
        left_out = masks.call(aten.le.Scalar, mask, MASKED)
        return left_out, masks.call(aten.masked_fill.Scalar, mask, left_out, 0.0)
    left_out = masks.left_out(mask)
    return None if left_out is None else (left_out, None)


def _split_mask(mask: Tensor) -> tuple[Tensor | None, Tensor | None]:
    left_out = mask <= MASKED
    added = mask.masked_fill(left_out, 0.0)
    return (left_out if left_out.any() else None), (added if added.any() else None)


def _mask(module: GraphModule, node: Node, source: Node) -> None:
    found = _masked(module, node, source) if len(source.users) == 1 else None
    if found is None:
        return
    scores, left_out, added = found
    scores = _sum(module, node, scores, added)
    dimension = arguments(node)["dim"]
    node.replace_all_uses_with(_softmax(module, node, scores, left_out, dimension))


def _masked(module: GraphModule, softmax: Node, node: Node) -> Masked | None:
    """(scores, which of them are left out, what is added to the others)."""
    values = arguments(node) if node.op == "call_function" else {}
    masks = AdditiveMasks(module, softmax)
    if node.target is aten.masked_fill.Scalar and values["value"] <= MASKED:
        return values["self"], _truth(module, values["mask"]), None
    if node.target in CHOICES and masks.is_masked(values["other"]):
        return values["self"], _opposite(module, masks, values["condition"]), None
    if node.target in CHOICES and masks.is_masked(values["self"]):
        return values["other"], _truth(module, values["condition"]), None
    if node.target is aten.add.Tensor and values["alpha"] == 1:
        orders = (("self", "other"), ("other", "self"))
        found = (_sum_with_mask(module, softmax, *map(values.get, names)) for names in orders)
        return next((each for each in found if each is not None), None)
    return None


def _sum_with_mask(module: GraphModule, softmax: Node, scores: Any, mask: Any) -> Masked | None:
    """The same of scores and what is added to them. What is given is a mask beside a product."""
    constant = _constant(module, mask)
    if constant is not None:
        left_out, added = _split_mask(constant)
        return None if left_out is None else (scores, left_out, added)
    if not isinstance(mask, Node) or not isinstance(scores, Node):
        return None
    if is_given(mask) and not _is_product(scores):
        return None
    found = _split_computed(module, softmax, mask)
    return None if found is None else (scores, *found)


def _is_product(node: Node) -> bool:
    while node.target in FACTORS and isinstance(node.args[0], Node):
        node = node.args[0]
    return node.target in (*PRODUCTS, aten.baddbmm.default)


def _truth(module: GraphModule, condition: Node) -> Mask:
    constant = _constant(module, condition)
    return condition if constant is None else constant


def _opposite(module: GraphModule, masks: AdditiveMasks, condition: Node) -> Mask:
    constant = _constant(module, condition)
    return masks.opposite(condition) if constant is None else ~constant


def _sum(module: GraphModule, node: Node, scores: Node, added: Mask | None) -> Node:
    if added is None:
        return scores
    if isinstance(added, Tensor):
        added = add_constant(module, node, added, f"{value_name(node)}.mask")
    return add_call(module, node, aten.add.Tensor, (scores, added), node)


def _constant(module: GraphModule, operand: object) -> Tensor | None:
    if isinstance(operand, Node) and operand.op == "get_attr":
        return constant_value(module, operand)
    return None


def _softmax(
    module: GraphModule, node: Node, scores: Node, left_out: Mask | None, dimension: int
) -> Node:
    result = add_call(module, node, aten.softmax.int, (scores, dimension), node)
    if left_out is not None:
        mask = _whole(module, result, left_out, shape_of(scores))
        result.target = aten._masked_softmax.default  # which knows no shapes of its own
        result.args = (scores, mask, dimension, ANY_MASK)
    return result


def _whole(module: GraphModule, result: Node, left_out: Mask, shape: tuple[int, ...]) -> Node:
    if isinstance(left_out, Node):
        return AdditiveMasks(module, result).expanded(left_out, shape)
    return add_constant(module, result, left_out.expand(shape), f"{value_name(result)}.mask")
