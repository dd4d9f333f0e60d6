"""The exact reference of integer_arithmetic on torch tensors."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..integers.torch_arithmetic import wrap_int32
from ..rules.integer_functions import Function
from .op import IntegerArithmetic

BITS = 31


def _quotient(first: Tensor, second: Tensor, rounding: str) -> Tensor:
    divisor = torch.where(second == 0, 1, second)
    quotients = torch.div(first, divisor, rounding_mode=rounding)
    return torch.where(second == 0, 0, quotients)


def _floor(first: Tensor, second: Tensor) -> Tensor:
    return _quotient(first, second, "floor")


FUNCTIONS: dict[int, Callable[[Tensor, Tensor], Tensor]] = {
    Function.ADD: torch.add,
    Function.SUBTRACT: torch.sub,
    Function.MULTIPLY: torch.mul,
    Function.FLOOR_DIVIDE: _floor,
    Function.REMAINDER: lambda first, second: first - _floor(first, second) * second,
    Function.TRUNCATED_DIVIDE: lambda first, second: _quotient(first, second, "trunc"),
    Function.MINIMUM: torch.minimum,
    Function.MAXIMUM: torch.maximum,
    Function.AND: torch.bitwise_and,
    Function.OR: torch.bitwise_or,
    Function.XOR: torch.bitwise_xor,
    Function.LEFT_SHIFT: lambda first, second: first << (second & BITS),
    Function.RIGHT_SHIFT: lambda first, second: first >> (second & BITS),
}


def reference(op: IntegerArithmetic, input: Tensor, other: Tensor) -> Tensor:
    """Two int32 tensors that broadcast together -> int32 of the broadcast shape."""
    results = FUNCTIONS[op.function](input.to(torch.int64), other.to(torch.int64))
    return wrap_int32(results).to(torch.int32)
