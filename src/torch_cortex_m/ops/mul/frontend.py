"""mul from PyTorch: products of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..integers.arithmetic import quantize_multiplier
from ..pytorch.call import PytorchCall
from ..pytorch.operands import two_operands
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    first, second = two_operands(call)
    multiplier, shift = quantize_multiplier(first.scale * second.scale / call.output.scale)
    return call.emit(
        "mul",
        (first.value, second.value),
        input_offset=-first.zero_point,
        other_offset=-second.zero_point,
        output_offset=call.output.zero_point,
        multiplier=multiplier,
        shift=shift,
        **call.activation_limits(),
    )


PATTERNS = [
    Pattern(
        (aten.mul.Tensor, aten.mul.Scalar),
        _lower,
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
    )
]
