"""where from PyTorch: where and masked_fill, logic of masks, and masks as numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.fx import Node

from ...ir import INT8, Quantization
from ..pytorch.call import Integers, PytorchCall
from ..pytorch.node import tensor_arguments
from ..pytorch.operands import value_in_result_scale
from ..pytorch.pattern import Pattern, Result

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


def _single(call: PytorchCall, name: str, value: np.generic) -> str:
    return call.graph.add_constant(f"{call.name}.{name}", np.array([value]))


def _and(call: PytorchCall) -> str:
    first, second = _mask(call, "self"), _mask(call, "other")
    return call.emit("where", (first, second, _single(call, "false", np.bool_(False))))


def _or(call: PytorchCall) -> str:
    first, second = _mask(call, "self"), _mask(call, "other")
    return call.emit("where", (first, _single(call, "true", np.bool_(True)), second))


def _xor(call: PytorchCall) -> str:
    first, second = _mask(call, "self"), _mask(call, "other")
    ends = (_single(call, str(value).lower(), np.bool_(value)) for value in (False, True))
    opposite = call.emit("where", (second, *ends))
    return call.emit("where", (first, opposite, second))


def _not(call: PytorchCall) -> str:
    values = (_single(call, str(value).lower(), np.bool_(value)) for value in (False, True))
    return call.emit("where", (_mask(call, "self"), *values))


def _as_number(call: PytorchCall) -> str:
    ends = (("one", INT8.high), ("zero", INT8.low))
    values = (_single(call, name, np.int8(value)) for name, value in ends)
    return call.emit("where", (_mask(call, "self"), *values))


def _of_masks(node: Node) -> bool:
    """Whether all tensors that a node reads are truth values."""
    return all(each.meta["val"].dtype == torch.bool for each in tensor_arguments(node).values())


def _mask_to_number(node: Node) -> bool:
    return _of_masks(node) and node.meta["val"].dtype == torch.float32


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
        matches=_of_masks,
        accepted="of masks",
    )


PATTERNS = [
    Pattern(
        (aten.where.self, aten.where.ScalarSelf, aten.where.ScalarOther),
        _choice("condition", "self", "other"),
        inputs=("self", "other"),
        function=True,
    ),
    Pattern(
        (aten.masked_fill.Scalar, aten.masked_fill.Tensor),
        _choice("mask", "value", "self"),
        inputs=("self",),
        function=True,
    ),
    _logic(("logical_and", "bitwise_and", "__and__"), _and),
    _logic(("logical_or", "bitwise_or", "__or__"), _or),
    _logic(("logical_xor", "bitwise_xor", "__xor__"), _xor),
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
