"""sub from PyTorch: differences of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.node import gives_numbers
from ..pytorch.pattern import Pattern
from ..pytorch.sums import lower_sum

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return lower_sum(call, "self", "other", -call.arguments.get("alpha", 1))


def _lower_reversed(call: PytorchCall) -> str:
    return lower_sum(call, "other", "self", -call.arguments.get("alpha", 1))


PATTERNS = [
    Pattern(
        targets,
        lower,
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
        matches=gives_numbers,
    )
    for targets, lower in (
        ((aten.sub.Tensor, aten.sub.Scalar), _lower),
        ((aten.rsub.Tensor, aten.rsub.Scalar), _lower_reversed),
    )
]
