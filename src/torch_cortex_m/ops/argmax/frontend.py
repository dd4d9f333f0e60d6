"""argmax from PyTorch: argmax and argmin, of one dimension or of all elements."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.node import integers_problem
from ..pytorch.pattern import Pattern, Result
from ..pytorch.reduction import count_problem, reduce

aten = torch.ops.aten


def _lower(largest: bool) -> Callable[[PytorchCall], str]:
    def lower(call: PytorchCall) -> str:
        return reduce(call, lambda blocks: call.emit("argmax", (blocks,), largest=largest))

    return lower


def _problem(node: Node) -> str | None:
    return integers_problem(node) or count_problem(node)


PATTERNS = [
    Pattern(
        (target,),
        _lower(largest),
        inputs=("self",),
        result=Result.INTEGERS,
        dtypes=(torch.int64,),
        problem=_problem,
    )
    for target, largest in ((aten.argmax.default, True), (aten.argmin.default, False))
]
