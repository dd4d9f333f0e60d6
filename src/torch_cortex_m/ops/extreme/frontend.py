"""extreme from PyTorch: amax, amin, and the values of max and min."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments
from ..pytorch.pattern import Pattern, Result, ResultOf, SingleCall
from ..pytorch.reduction import count_problem, reduce

aten = torch.ops.aten


def _lower(largest: bool) -> Callable[[PytorchCall], str]:
    def lower(call: PytorchCall) -> str:
        return reduce(call, lambda blocks: call.emit("extreme", (blocks,), largest=largest))

    return lower


def _result_of(value: torch._ops.OpOverload, index: torch._ops.OpOverload) -> ResultOf:
    """The rule of max and min over one dimension: values, then indices."""

    def result_of(node: Node, place: int) -> SingleCall:
        values = arguments(node)
        dimension, keepdim = values["dim"], values["keepdim"]
        if place == 0:
            return SingleCall(value, (values["self"], [dimension], keepdim))
        return SingleCall(index, (values["self"], dimension, keepdim))

    return result_of


PATTERNS = [
    Pattern(
        targets,
        _lower(largest),
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
        result_of={several: _result_of(targets[0], index)},
        problem=count_problem,
    )
    for targets, largest, several, index in (
        ((aten.amax.default, aten.max.default), True, aten.max.dim, aten.argmax.default),
        ((aten.amin.default, aten.min.default), False, aten.min.dim, aten.argmin.default),
    )
]
