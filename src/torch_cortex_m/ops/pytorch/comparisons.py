"""Comparisons of tensors, constants and numbers, where they are no function of one tensor."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx import Node

from ..rules.comparisons import comparison_scaling
from .call import PytorchCall
from .node import is_real, values_of
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
        problem=_problem,
    )


def _problem(node: Node) -> str | None:
    operands = (value for input in node.all_input_nodes for value in values_of(input))
    return None if all(map(is_real, operands)) else "only of floats is supported"


def _lowering(operator: str, names: tuple[str, str], negated: bool) -> Callable[[PytorchCall], str]:
    def lower(call: PytorchCall) -> str:
        """Both operands are brought to twice the larger scale, divided by 2^LEFT_SHIFT."""
        first, second = (scaled_operand(call, name) for name in names)
        common = 2.0 * max(first.scale, second.scale)
        return call.emit(
            operator,
            (first.value, second.value),
            input_offset=-first.zero_point,
            other_offset=-second.zero_point,
            negated=negated,
            **comparison_scaling(first.scale / common, second.scale / common, LEFT_SHIFT),
        )

    return lower
