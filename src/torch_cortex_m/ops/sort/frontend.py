"""sort from PyTorch: sort and topk over any dimension, values and indices."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.node import INDICES, REAL_DTYPES, arguments, shape_of, values_of
from ..pytorch.pattern import Pattern, Result
from ..rules.permutation import inverse, to_the_end
from .op import LARGEST_ROW

aten = torch.ops.aten


def _lower(call: PytorchCall) -> tuple[str, ...]:
    values, value = call.arguments, call.value("self")
    shape = call.shape_of(value) or (1,)
    rank = len(shape)
    axis = values["dim"] % rank
    order = to_the_end(axis, rank)
    results = call.emit_several(
        "sort",
        (call.transpose(call.reshape(value, shape), order, ".last"),),
        kept=values.get("k", shape[axis]),
        descending=values.get("descending", values.get("largest", False)),
    )
    restored = (call.transpose(each, inverse(order), ".restored") for each in results)
    tensors = values_of(call.node)
    return tuple(
        call.reshape(each, tuple(tensor.shape))
        for each, tensor in zip(restored, tensors, strict=True)
    )


def _problem(node: Node) -> str | None:
    values = arguments(node)
    shape = shape_of(values["self"])
    size = shape[values["dim"]] if shape else 1
    if size > LARGEST_ROW:
        return f"of {size} elements, more than {LARGEST_ROW}"
    if values["self"].meta["val"].dtype == torch.bool:
        return "of truth values is not supported"
    return "of no elements" if values.get("k") == 0 else None


PATTERNS = [
    Pattern(
        (aten.topk.default, aten.sort.default, aten.sort.stable),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        dtypes=(*REAL_DTYPES, *INDICES),
        problem=_problem,
    )
]
