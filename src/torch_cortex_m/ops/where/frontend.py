"""where from PyTorch: where and masked_fill, logic of masks, and masks as numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.fx import Node

from ...ir import INT8, Quantization
from ..pytorch.call import Integers, PytorchCall
from ..pytorch.integers import BYTES, gives_integers, integers, problem
from ..pytorch.node import INDICES, gives_numbers, reads_truth_alone
from ..pytorch.operands import value_in_result_scale
from ..pytorch.pattern import Pattern, Result
from ..rules.integer_functions import Function

aten = torch.ops.aten

SHARE = Quantization(1 / 255, INT8.low)
"""Of truth values as numbers: 0 and 1 are the ends, so that their mean has 254 steps between."""


def _mask(call: PytorchCall, argument: str) -> str:
    """A mask that is computed or constant."""
    operand = call.operands[argument]
    if isinstance(operand, Integers):
        return operand.value
    constant = call.constant(argument)
    assert constant is not None
    return call.graph.add_constant(constant.name, constant.data.astype(np.bool_))


def _choice(condition: str, input: str, other: str) -> Callable[[PytorchCall], str]:
    """The lowering of input where the condition is true, else other: names of arguments."""

    def lower(call: PytorchCall) -> str:
        values = value_in_result_scale(call, input), value_in_result_scale(call, other)
        return call.emit("where", (_mask(call, condition), *values))

    return lower


def _choice_of_integers(condition: str, input: str, other: str) -> Callable[[PytorchCall], str]:
    """The same for integers: other + condition * (input - other), modulo 2^32."""

    def lower(call: PytorchCall) -> str:
        truth = call.emit("cast", (_mask(call, condition),), output_bytes=BYTES)
        first, second = integers(call, input), integers(call, other)
        difference = _integers(call, Function.SUBTRACT, first, second)
        chosen = _integers(call, Function.MULTIPLY, difference, truth)
        return _integers(call, Function.ADD, second, chosen)

    return lower


def _integers(call: PytorchCall, function: Function, first: str, second: str) -> str:
    return call.emit("integer_arithmetic", (first, second), function=int(function))


def _single(call: PytorchCall, name: str, value: np.generic) -> str:
    return call.graph.add_constant(f"{call.name}.{name}", np.array([value]))


def _and(call: PytorchCall) -> str:
    first, second = _mask(call, "self"), _mask(call, "other")
    return call.emit("where", (first, second, _single(call, "false", np.bool_(False))))


def _or(call: PytorchCall) -> str:
    first, second = _mask(call, "self"), _mask(call, "other")
    return call.emit("where", (first, _single(call, "true", np.bool_(True)), second))


def _xor(call: PytorchCall) -> str:
    first, second, opposite = _masks_and_opposite(call)
    return call.emit("where", (first, opposite, second))


def _equal(call: PytorchCall) -> str:
    first, second, opposite = _masks_and_opposite(call)
    return call.emit("where", (first, second, opposite))


def _masks_and_opposite(call: PytorchCall) -> tuple[str, str, str]:
    """Both masks, and the opposite of the second."""
    first, second = _mask(call, "self"), _mask(call, "other")
    ends = (_single(call, str(value).lower(), np.bool_(value)) for value in (False, True))
    return first, second, call.emit("where", (second, *ends))


def _not(call: PytorchCall) -> str:
    values = (_single(call, str(value).lower(), np.bool_(value)) for value in (False, True))
    return call.emit("where", (_mask(call, "self"), *values))


def _as_number(call: PytorchCall) -> str:
    ends = (("one", INT8.high), ("zero", INT8.low))
    values = (_single(call, name, np.int8(value)) for name, value in ends)
    return call.emit("where", (_mask(call, "self"), *values))


def _mask_to_number(node: Node) -> bool:
    return reads_truth_alone(node) and node.meta["val"].dtype == torch.float32


def _logic(names: tuple[str, ...], lower: Callable[[PytorchCall], str]) -> Pattern:
    targets = (getattr(aten, name) for name in names)
    overloads = ("default", "Tensor")
    return Pattern(
        tuple(getattr(t, each) for t in targets for each in overloads if each in t.overloads()),
        lower,
        inputs=("self", "other"),
        result=Result.INTEGERS,
        function=True,
        dtypes=(torch.bool,),
        matches=reads_truth_alone,
        accepted="of masks",
    )


def _of_integers(
    targets: tuple[torch._ops.OpOverload, ...], lower: Callable[[PytorchCall], str]
) -> Pattern:
    return Pattern(
        targets,
        lower,
        inputs=("self",),
        result=Result.INTEGERS,
        dtypes=INDICES,
        matches=gives_integers,
        problem=problem,
    )


WHERE = (aten.where.self, aten.where.ScalarSelf, aten.where.ScalarOther)
FILL = (aten.masked_fill.Scalar, aten.masked_fill.Tensor)

PATTERNS = [
    Pattern(
        WHERE,
        _choice("condition", "self", "other"),
        inputs=("self", "other"),
        function=True,
        matches=gives_numbers,
    ),
    Pattern(
        FILL,
        _choice("mask", "value", "self"),
        inputs=("self",),
        function=True,
        matches=gives_numbers,
    ),
    _of_integers(WHERE, _choice_of_integers("condition", "self", "other")),
    _of_integers(FILL, _choice_of_integers("mask", "value", "self")),
    _logic(("logical_and", "bitwise_and", "__and__"), _and),
    _logic(("logical_or", "bitwise_or", "__or__"), _or),
    _logic(("logical_xor", "bitwise_xor", "__xor__"), _xor),
    _logic(("eq",), _equal),
    _logic(("ne",), _xor),
    _logic(("logical_not", "bitwise_not"), _not),
    Pattern(
        (aten._to_copy.default, aten.to.dtype),
        _as_number,
        inputs=("self",),
        result=Result.FIXED,
        fixed=SHARE,
        function=True,
        matches=_mask_to_number,
        accepted="from bool to float32",
    ),
]
