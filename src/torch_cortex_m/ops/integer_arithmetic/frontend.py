"""integer_arithmetic from PyTorch: what is computed of indices, counts and whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch._ops import OpOverload

from ..pytorch.call import PytorchCall
from ..pytorch.integers import gives_integers, integers, problem
from ..pytorch.node import INDICES
from ..pytorch.pattern import Pattern, Result
from ..rules.integer_functions import Function

aten = torch.ops.aten

NAMES = {
    Function.FLOOR_DIVIDE: ("floor_divide",),
    Function.REMAINDER: ("remainder",),
    Function.MULTIPLY: ("mul",),
    Function.MINIMUM: ("minimum", "min.other"),
    Function.MAXIMUM: ("maximum", "max.other"),
    Function.AND: ("bitwise_and", "__and__"),
    Function.OR: ("bitwise_or", "__or__"),
    Function.XOR: ("bitwise_xor", "__xor__"),
    Function.LEFT_SHIFT: ("bitwise_left_shift", "__lshift__"),
    Function.RIGHT_SHIFT: ("bitwise_right_shift", "__rshift__"),
}
OVERLOADS = ("default", "Tensor", "Scalar", "Tensor_Scalar")
ROUNDED = {"floor": Function.FLOOR_DIVIDE, "trunc": Function.TRUNCATED_DIVIDE}


def _overloads(names: tuple[str, ...]) -> Iterator[OpOverload]:
    for name in names:
        packet, _, overload = name.partition(".")
        found = getattr(aten, packet)
        wanted = (overload,) if overload else OVERLOADS
        yield from (getattr(found, each) for each in wanted if each in found.overloads())


def _of(call: PytorchCall, function: Function, first: str, second: str) -> str:
    return call.emit("integer_arithmetic", (first, second), function=int(function))


def _lower(function: Function) -> Callable[[PytorchCall], str]:
    def lower(call: PytorchCall) -> str:
        return _of(call, function, integers(call, "self"), integers(call, "other"))

    return lower


def _lower_sum(function: Function, first: str, second: str) -> Callable[[PytorchCall], str]:
    """first + alpha * second, or their difference."""

    def lower(call: PytorchCall) -> str:
        other, alpha = integers(call, second), call.arguments.get("alpha", 1)
        if alpha != 1:
            other = _of(call, Function.MULTIPLY, other, integers(call, "alpha"))
        return _of(call, function, integers(call, first), other)

    return lower


def _quotient(call: PytorchCall) -> str:
    return _lower(ROUNDED[call.arguments["rounding_mode"]])(call)


def _clamp(call: PytorchCall) -> str:
    value = integers(call, "self")
    for bound, function in (("min", Function.MAXIMUM), ("max", Function.MINIMUM)):
        if call.arguments.get(bound) is not None:
            value = _of(call, function, value, integers(call, bound))
    return value


def _negated(call: PytorchCall) -> str:
    return _of(call, Function.SUBTRACT, integers(call, "zero", 0), integers(call, "self"))


def _absolute(call: PytorchCall) -> str:
    return _of(call, Function.MAXIMUM, integers(call, "self"), _negated(call))


def _pattern(targets: tuple[OpOverload, ...], lower: Callable[[PytorchCall], str]) -> Pattern:
    return Pattern(
        targets,
        lower,
        inputs=("self",),
        result=Result.INTEGERS,
        dtypes=INDICES,
        matches=gives_integers,
        problem=problem,
        accepted="of indices",
    )


LOWERINGS: tuple[tuple[tuple[str, ...], Callable[[PytorchCall], str]], ...] = (
    *((names, _lower(function)) for function, names in NAMES.items()),
    (("add",), _lower_sum(Function.ADD, "self", "other")),
    (("sub",), _lower_sum(Function.SUBTRACT, "self", "other")),
    (("rsub",), _lower_sum(Function.SUBTRACT, "other", "self")),
    (("div.Tensor_mode", "div.Scalar_mode"), _quotient),
    (("clamp", "clamp_min", "clamp_max"), _clamp),
    (("neg",), _negated),
    (("abs",), _absolute),
)

PATTERNS = [_pattern(tuple(_overloads(names)), lower) for names, lower in LOWERINGS]
