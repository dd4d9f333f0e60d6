"""div from PyTorch: quotients of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.factors import lower_factors, lower_product
from ..pytorch.operands import is_computed, reciprocal_operand, scaled_operand
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    """A constant divisor becomes a factor."""
    first = scaled_operand(call, "self")
    if not is_computed(call, "other"):
        return lower_product(call, first, reciprocal_operand(call, "other"))
    second = scaled_operand(call, "other")
    return lower_factors(call, "div", first, second, first.scale / second.scale)


PATTERNS = [
    Pattern(
        (aten.div.Tensor, aten.div.Scalar),
        _lower,
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
    )
]
