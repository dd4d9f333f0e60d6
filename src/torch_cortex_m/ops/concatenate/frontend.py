"""concatenate from PyTorch: cat, stack and their like."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx import Node

from ..pytorch.call import Activation, Constant, PytorchCall
from ..pytorch.integers import gives_integers, integers
from ..pytorch.movement import MOVED_DTYPES
from ..pytorch.node import INDICES, values_of
from ..pytorch.pattern import Pattern

aten = torch.ops.aten

Shape = tuple[int, ...]
Placed = tuple[int, Shape]
"""The dimension along which tensors are put behind each other, and the shape that one of them has
there."""


def _cat(shape: Shape, axis: int) -> Placed:
    return axis % len(shape), shape


def _stack(shape: Shape, axis: int) -> Placed:
    axis %= len(shape) + 1
    return axis, (*shape[:axis], 1, *shape[axis:])


def _hstack(shape: Shape, axis: int) -> Placed:
    return (0, shape or (1,)) if len(shape) < 2 else (1, shape)


def _vstack(shape: Shape, axis: int) -> Placed:
    return 0, shape if len(shape) > 1 else (1, *(shape or (1,)))


def _dstack(shape: Shape, axis: int) -> Placed:
    return 2, shape if len(shape) > 2 else (*_vstack(shape, axis)[1], 1)


def _column_stack(shape: Shape, axis: int) -> Placed:
    return 1, shape if len(shape) > 1 else (*(shape or (1,)), 1)


PLACED: dict[torch._ops.OpOverload, Callable[[Shape, int], Placed]] = {
    aten.cat.default: _cat,
    aten.concat.default: _cat,
    aten.concatenate.default: _cat,
    aten.stack.default: _stack,
    aten.hstack.default: _hstack,
    aten.vstack.default: _vstack,
    aten.row_stack.default: _vstack,
    aten.dstack.default: _dstack,
    aten.column_stack.default: _column_stack,
}


def _lower(call: PytorchCall) -> str:
    """A chain of concatenations of two."""
    axis, result = _part(call, "tensors_0")
    for name in list(call.operands)[1:]:
        result = call.emit("concatenate", (result, _part(call, name)[1]), axis=axis)
    return call.reshape(result, call.shape)


def _part(call: PytorchCall, argument: str) -> tuple[int, str]:
    """The dimension, and an argument as it is put there, in the result's quantization."""
    value = _rescaled(call, argument)
    placed = PLACED[call.node.target]  # type: ignore[index]
    axis, shape = placed(call.shape_of(value), call.arguments.get("dim", 0))
    return axis, call.reshape(value, shape)


def _rescaled(call: PytorchCall, argument: str) -> str:
    operand = call.operands[argument]
    if gives_integers(call.node):
        return integers(call, argument)
    if isinstance(operand, Activation):
        return call.requantize(operand, call.output)
    if not isinstance(operand, Constant):
        return call.value(argument)
    if call.result is None:
        return call.graph.add_constant(operand.name, operand.data)
    return call.add_quantized(operand, call.result)


def _problem(node: Node) -> str | None:
    """Numbers stand beside numbers, truth values beside such and beside integers."""
    read = {value.dtype for each in node.all_input_nodes for value in values_of(each)}
    (result,) = (value.dtype for value in values_of(node))
    fitting = (*INDICES, torch.bool) if result in INDICES else (result,)
    return None if read <= set(fitting) else "only of tensors of one type is supported"


PATTERNS = [
    Pattern(
        tuple(PLACED),
        _lower,
        inputs=("tensors_0",),
        shares_scale=True,
        dtypes=MOVED_DTYPES,
        problem=_problem,
    )
]
