"""Sums and differences of tensors, constants and numbers: one aten operator may become either."""

from __future__ import annotations

from ..rules.scaled_operands import rescaling
from .call import PytorchCall
from .operands import constant_second, is_computed, scaled_operand


def lower_sum(call: PytorchCall, first: str, second: str, factor: float) -> str:
    """first + factor * second, of the arguments of these names. The sign of the factor goes into a
    constant; before a computed value it makes a difference of the sum."""
    subtracts = factor < 0 and is_computed(call, second)
    a = scaled_operand(call, first)
    b = scaled_operand(call, second, abs(factor) if subtracts else factor)
    if not subtracts:
        a, b = constant_second(call, a, b)
    return call.emit(
        "sub" if subtracts else "add",
        (a.value, b.value),
        input_offset=-a.zero_point,
        other_offset=-b.zero_point,
        output_offset=call.output.zero_point,
        **rescaling(a.scale, b.scale, call.output.scale),
        **call.activation_limits(),
    )
