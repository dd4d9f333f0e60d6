"""PyTorch's operators that only move the elements of one tensor, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.fx import Node

from .call import Constant, PytorchCall
from .node import REAL_DTYPES
from .pattern import Pattern, Result, ResultOf

MOVED_DTYPES = (*REAL_DTYPES, torch.uint8, torch.int32, torch.int64, torch.bool)


def lower(call: PytorchCall) -> str:
    """Moves the first argument as the operator does: it is run once, on the elements' places.

    These count from 1, so that elements that it fills with 0 are told from the first one.
    """
    argument = next(iter(call.arguments))
    value = call.value(argument)
    shape = call.shape_of(value)
    counted = torch.arange(1, int(np.prod(shape)) + 1, dtype=torch.float64).reshape(shape)
    given = {name: _given(call, name, each) for name, each in call.arguments.items()}
    target: Any = call.node.target
    result: Tensor = target(**given | {argument: counted})
    return call.move(value, result.numpy().astype(np.int64) - 1)


def _given(call: PytorchCall, name: str, value: Any) -> Any:
    """An argument of the operator with the data of constants in their place."""
    if isinstance(value, list | tuple):
        return [_given(call, f"{name}_{place}", each) for place, each in enumerate(value)]
    operand = call.operands.get(name)
    if not isinstance(value, Node) or not isinstance(operand, Constant):
        return value
    return torch.from_numpy(operand.data)


def pattern(
    *targets: torch._ops.OpOverload,
    argument: str = "self",
    fills: bool = False,
    result_of: Mapping[torch._ops.OpOverload, ResultOf] | None = None,
    problem: Callable[[Node], str | None] = lambda node: None,
    accepted: str = "",
) -> Pattern:
    """The pattern of operators that ``lower`` can take. argument: their tensor; fills: whether
    they put zeros into the result; the others are as in Pattern."""
    return Pattern(
        targets,
        lower,
        (argument,),
        Result.SHARED,
        monotone=not fills,
        result_of=result_of or {},
        dtypes=MOVED_DTYPES,
        problem=problem,
        accepted=accepted,
    )
