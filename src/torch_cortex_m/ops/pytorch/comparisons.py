"""Comparisons of tensors, constants and numbers, where they are no function of one tensor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.fx import Node

from ...ir import INT32
from ..rules.comparisons import comparison_scaling
from .call import Integers, PytorchCall
from .node import INDICES, arguments, is_real, reads_truth_alone, values_of
from .operands import scaled_operand
from .pattern import Pattern, Result

LEFT_SHIFT = 20


def comparison(
    targets: tuple[torch._ops.OpOverload, ...],
    operator: str,
    *,
    swapped: bool = False,
    negated: bool = False,
) -> Pattern:
    """The pattern of what is ``operator`` of self and other, or of other and self."""
    names = ("other", "self") if swapped else ("self", "other")
    return Pattern(
        targets,
        _lowering(operator, names, negated),
        inputs=("self", "other"),
        result=Result.INTEGERS,
        function=True,
        dtypes=(torch.bool,),
        matches=_of_numbers,
        problem=_problem,
    )


def _of_numbers(node: Node) -> bool:
    """Truth values are compared by the logic of masks."""
    return not reads_truth_alone(node)


def _problem(node: Node) -> str | None:
    """Real numbers are compared with real numbers, integers with integers."""
    operands = [value for input in node.all_input_nodes for value in values_of(input)]
    numbers = [value for value in arguments(node).values() if isinstance(value, float)]
    if all(map(is_real, operands)):
        return None
    if all(value.dtype in INDICES for value in operands) and not numbers:
        return None
    return "only of two float tensors, or of two of indices, is supported"


def _lowering(operator: str, names: tuple[str, str], negated: bool) -> Callable[[PytorchCall], str]:
    def lower(call: PytorchCall) -> str:
        if any(isinstance(operand, Integers) for operand in call.operands.values()):
            indices = tuple(_indices(call, name) for name in names)
            return call.emit(operator, indices, negated=negated)
        first, second = (scaled_operand(call, name) for name in names)
        return call.emit(
            operator,
            (first.value, second.value),
            input_offset=-first.zero_point,
            other_offset=-second.zero_point,
            negated=negated,
            **_scaling(first.scale, second.scale),
        )

    return lower


def _scaling(first: float, second: float) -> dict[str, int]:
    """Both operands are brought to twice the larger scale, divided by 2^LEFT_SHIFT."""
    common = 2.0 * max(first, second)
    return comparison_scaling(first / common, second / common, LEFT_SHIFT)


def _indices(call: PytorchCall, argument: str) -> str:
    """Computed ones, or constant ones as int32: those beyond count as the first or the last."""
    operand = call.operands.get(argument)
    if isinstance(operand, Integers):
        return operand.value
    constant = call.constant(argument)
    data = np.array(call.arguments[argument]) if constant is None else constant.data
    name = f"{call.name}.constant" if constant is None else constant.name
    return call.graph.add_constant(name, np.clip(data, *INT32).astype(np.int32))
