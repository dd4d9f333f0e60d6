"""transpose from PyTorch: every operator that only reorders dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.movement import MOVED_DTYPES
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten


def permutation(arguments: Mapping[str, Any], rank: int) -> tuple[int, ...]:
    """The permutation that permute (dims), transpose.int (dim0, dim1) or t (neither) means."""
    if "dims" in arguments:
        return tuple(dimension % rank for dimension in arguments["dims"])
    order = list(range(rank))
    if rank < 2:
        return tuple(order)
    first, second = arguments.get("dim0", 0) % rank, arguments.get("dim1", 1) % rank
    order[first], order[second] = order[second], order[first]
    return tuple(order)


def _lower(call: PytorchCall) -> str:
    order = permutation(call.arguments, len(call.shape))
    return call.transpose(call.value("self"), order, "")


PATTERNS = [
    Pattern(
        (
            aten.permute.default,
            aten.permute_copy.default,
            aten.transpose.int,
            aten.transpose_copy.int,
            aten.t.default,
            aten.t_copy.default,
        ),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
        dtypes=MOVED_DTYPES,
    )
]
