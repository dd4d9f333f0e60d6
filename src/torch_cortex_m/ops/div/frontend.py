"""div from PyTorch: quotients of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..integers.arithmetic import quantize_multiplier
from ..pytorch.call import PytorchCall
from ..pytorch.factors import lower_product
from ..pytorch.operands import is_computed, reciprocal_operand, scaled_operand
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    """A constant divisor becomes a factor."""
    first = scaled_operand(call, "self")
    if not is_computed(call, "other"):
        return lower_product(call, first, reciprocal_operand(call, "other"))
    second = scaled_operand(call, "other")
    multiplier, shift = quantize_multiplier(first.scale / (second.scale * call.output.scale))
    return call.emit(
        "div",
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
        (aten.div.Tensor, aten.div.Scalar),
        _lower,
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
    )
]
