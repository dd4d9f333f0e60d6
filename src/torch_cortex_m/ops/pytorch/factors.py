"""Products and quotients of two operands, which several aten operators become."""

from __future__ import annotations

from ..integers.arithmetic import quantize_multiplier
from .call import PytorchCall
from .operands import ScaledOperand


def lower_product(call: PytorchCall, first: ScaledOperand, second: ScaledOperand) -> str:
    return lower_factors(call, "mul", first, second, first.scale * second.scale)


def lower_factors(
    call: PytorchCall, operator: str, first: ScaledOperand, second: ScaledOperand, scale: float
) -> str:
    """The operator of two operands, of whose integers the result is a function times ``scale``."""
    multiplier, shift = quantize_multiplier(scale / call.output.scale)
    return call.emit(
        operator,
        (first.value, second.value),
        input_offset=-first.zero_point,
        other_offset=-second.zero_point,
        output_offset=call.output.zero_point,
        multiplier=multiplier,
        shift=shift,
        **call.activation_limits(),
    )
