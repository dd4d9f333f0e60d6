"""cast from PyTorch: truth values as integers."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.integers import gives_integers, integers
from ..pytorch.node import INDICES, values_of
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return integers(call, "self")


def _of_truth(node: Node) -> bool:
    (source,) = (value for each in node.all_input_nodes for value in values_of(each))
    return gives_integers(node) and source.dtype == torch.bool


PATTERNS = [
    Pattern(
        (aten._to_copy.default, aten.to.dtype),
        _lower,
        inputs=("self",),
        result=Result.INTEGERS,
        dtypes=INDICES,
        matches=_of_truth,
        accepted="from bool to int32 and int64",
    )
]
