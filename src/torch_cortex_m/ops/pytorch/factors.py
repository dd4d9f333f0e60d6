"""Products of tensors, constants and numbers, which several aten operators become."""

from __future__ import annotations

from ..integers.arithmetic import quantize_multiplier
from .call import PytorchCall
from .operands import ScaledOperand


def lower_product(call: PytorchCall, first: ScaledOperand, second: ScaledOperand) -> str:
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
