"""Scaled dot-product attention becomes products, sums and a softmax, each quantized by itself.

Masks that leave elements out (boolean ones, or -inf in additive ones) become those of a masked
softmax: what they leave out needs no place in the range of the scores.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ....errors import TcmError
from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call, add_constant, constant_value
from ..source import value_name, where
from .products import scaled_product

aten = torch.ops.aten

ATTENTION = aten.scaled_dot_product_attention.default

SOFTMAXES = (aten.softmax.int, aten._softmax.default)

ANY_MASK = 2
"""The mask type of aten._masked_softmax that has the shape of the scores."""

MASKED = -1e4
"""What hand-written models add or fill in where they mean -inf: this or less."""


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
        raise _unsupported(node, "enable_gqa", "repeat the heads of key and value in the model")
    scale = values["scale"] or 1 / math.sqrt(shape_of(query)[-1])
    columns = add_call(module, node, aten.transpose.int, (key, -1, -2), node)
    scores = scaled_product(module, node, query, columns, scale)
    left_out, added = _masks(module, node, scores)
    if added is not None:
        name = f"{value_name(node)}.mask"
        mask = add_constant(module, node, added, name)
        scores = add_call(module, node, aten.add.Tensor, (scores, mask), node)
    shares = _softmax(module, node, scores, left_out, -1)
    return add_call(module, node, aten.matmul.default, (shares, value), node)


def _masks(module: GraphModule, node: Node, scores: Node) -> tuple[Tensor | None, Tensor | None]:
    """(which scores are left out, what is added to the others), as far as there is either."""
    values = arguments(node)
    if values["is_causal"]:
        rows, columns = shape_of(scores)[-2:]
        return torch.ones(rows, columns, dtype=torch.bool).triu(1), None
    if values["attn_mask"] is None:
        return None, None
    if values["attn_mask"].op != "get_attr":
        raise _unsupported(node, "a mask that is computed", "make the mask a buffer")
    mask = constant_value(module, values["attn_mask"])
    return (~mask, None) if mask.dtype == torch.bool else _split_mask(mask)


def _split_mask(mask: Tensor) -> tuple[Tensor | None, Tensor | None]:
    left_out = mask <= MASKED
    added = mask.masked_fill(left_out, 0.0)
    return (left_out if left_out.any() else None), (added if added.any() else None)


def _unsupported(node: Node, got: str, hint: str) -> TcmError:
    return TcmError(
        "this attention cannot be compiled",
        where=where(node),
        expected="a constant mask, or is_causal; as many heads of query, key and value",
        got=got,
        hint=hint,
    )


def _mask(module: GraphModule, node: Node, source: Node) -> None:
    found = _masked(module, source)
    if found is None or len(source.users) != 1:
        return
    scores, left_out, added = found
    if added is not None:
        mask = add_constant(module, node, added, f"{value_name(node)}.mask")
        scores = add_call(module, node, aten.add.Tensor, (scores, mask), node)
    dimension = arguments(node)["dim"]
    node.replace_all_uses_with(_softmax(module, node, scores, left_out, dimension))


def _masked(module: GraphModule, node: Node) -> tuple[Node, Tensor, Tensor | None] | None:
    """(scores, which of them are left out, what is added to the others)."""
    values = arguments(node) if node.op == "call_function" else {}
    if node.target is aten.masked_fill.Scalar and values["value"] <= MASKED:
        mask = _constant(module, values["mask"])
        return None if mask is None else (values["self"], mask, None)
    if node.target in (aten.where.self, aten.where.ScalarOther):
        mask, other = _constant(module, values["condition"]), _number(module, values["other"])
        if mask is not None and other is not None and other <= MASKED:
            return values["self"], ~mask, None
    if node.target is aten.add.Tensor and values["alpha"] == 1:
        mask = _constant(module, values["other"])
        left_out, added = (None, None) if mask is None else _split_mask(mask)
        return None if left_out is None else (values["self"], left_out, added)
    return None


def _constant(module: GraphModule, operand: object) -> Tensor | None:
    if isinstance(operand, Node) and operand.op == "get_attr":
        return constant_value(module, operand)
    return None


def _number(module: GraphModule, operand: object) -> float | None:
    if isinstance(operand, int | float):
        return operand
    data = _constant(module, operand)
    return float(data) if data is not None and data.numel() == 1 else None


def _softmax(
    module: GraphModule, node: Node, scores: Node, left_out: Tensor | None, dimension: int
) -> Node:
    result = add_call(module, node, aten.softmax.int, (scores, dimension), node)
    if left_out is not None:
        whole = left_out.expand(shape_of(scores))
        mask = add_constant(module, result, whole, f"{value_name(node)}.mask")
        result.target = aten._masked_softmax.default  # which knows no shapes of its own
        result.args = (scores, mask, dimension, ANY_MASK)
    return result
