"""reshape from PyTorch: every operator that only gives a tensor another shape."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return call.reshape(call.input("self").value, call.shape, suffix="")


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
        ),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
    )
]
