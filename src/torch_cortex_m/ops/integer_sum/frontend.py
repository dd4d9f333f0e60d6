"""integer_sum from PyTorch: sums of truth values and of indices."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.integers import gives_integers
from ..pytorch.node import INDICES
from ..pytorch.pattern import Pattern, Result
from ..pytorch.reduction import count_problem, reduce

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return reduce(call, lambda blocks: call.emit("integer_sum", (blocks,)))


PATTERNS = [
    Pattern(
        (aten.sum.default, aten.sum.dim_IntList),
        _lower,
        inputs=("self",),
        result=Result.INTEGERS,
        dtypes=INDICES,
        matches=gives_integers,
        problem=count_problem,
        accepted="of indices and truth values",
    )
]
