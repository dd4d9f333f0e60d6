"""log_softmax from PyTorch, over any dimension."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments, shape_of
from ..pytorch.pattern import Pattern
from ..rules.permutation import inverse, to_the_end
from .op import MAX_ROW_SIZE, scaling

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    input = call.input("self")
    rank = len(call.shape)
    order = to_the_end(call.arguments["dim"] % rank, rank)
    fields = scaling(input.quantization, call.output) | call.activation_limits()
    result = call.emit("log_softmax", (call.transpose(input.value, order, ".last"),), **fields)
    return call.transpose(result, inverse(order), ".restored")


def _problem(node: Node) -> str | None:
    shape = shape_of(node)
    size = shape[arguments(node)["dim"]] if shape else 0
    return None if 1 <= size <= MAX_ROW_SIZE else f"rows of {size} elements are not supported"


PATTERNS = [
    Pattern(
        (aten.log_softmax.int, aten._log_softmax.default),
        _lower,
        inputs=("self",),
        problem=_problem,
    )
]
