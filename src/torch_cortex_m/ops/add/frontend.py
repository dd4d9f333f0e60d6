"""add from PyTorch: sums of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.node import gives_numbers
from ..pytorch.pattern import Pattern
from ..pytorch.sums import lower_sum

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return lower_sum(call, "self", "other", call.arguments.get("alpha", 1))


PATTERNS = [
    Pattern(
        (aten.add.Tensor, aten.add.Scalar),
        _lower,
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
        matches=gives_numbers,
    )
]
