"""minimum from PyTorch: of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.node import gives_numbers
from ..pytorch.operands import value_in_result_scale
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    """Rounding keeps order: the minimum of rounded operands is the rounded minimum."""
    operands = (value_in_result_scale(call, "self"), value_in_result_scale(call, "other"))
    return call.emit("minimum", operands)


PATTERNS = [
    Pattern(
        (aten.minimum.default, aten.min.other),
        _lower,
        inputs=("self", "other"),
        function=True,
        matches=gives_numbers,
    )
]
