"""mul from PyTorch: products of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.factors import lower_product
from ..pytorch.node import gives_numbers
from ..pytorch.operands import two_operands
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    return lower_product(call, *two_operands(call))


PATTERNS = [
    Pattern(
        (aten.mul.Tensor, aten.mul.Scalar),
        _lower,
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
        matches=gives_numbers,
    )
]
