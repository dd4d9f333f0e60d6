"""reshape from PyTorch: every operator that only gives a tensor another shape."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.movement import MOVED_DTYPES
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return call.reshape(call.value("self"), call.shape, suffix="")


PATTERNS = [
    Pattern(
        (
            aten.reshape.default,
            aten.view.default,
            aten.flatten.using_ints,
            aten.unflatten.int,
            aten.squeeze.default,
            aten.squeeze.dim,
            aten.squeeze.dims,
            aten.unsqueeze.default,
            aten.view_copy.default,
            aten.squeeze_copy.default,
            aten.squeeze_copy.dim,
            aten.squeeze_copy.dims,
            aten.unsqueeze_copy.default,
        ),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
        dtypes=MOVED_DTYPES,
    )
]
