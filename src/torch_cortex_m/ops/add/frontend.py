"""add from PyTorch: sums of tensors, and sums and differences with constants."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments, is_constant
from ..pytorch.operands import two_operands
from ..pytorch.pattern import Pattern
from .op import rescaling

aten = torch.ops.aten


def _lower(sign: int) -> Callable[[PytorchCall], str]:
    """The lowering of self + sign * alpha * other."""

    def lower(call: PytorchCall) -> str:
        factor = sign * call.arguments.get("alpha", 1)
        first, second = two_operands(call, factor)
        return call.emit(
            "add",
            (first.value, second.value),
            input_offset=-first.zero_point,
            other_offset=-second.zero_point,
            output_offset=call.output.zero_point,
            **rescaling(first.scale, second.scale, call.output.scale),
            **call.activation_limits(),
        )

    return lower


def _add_problem(node: Node) -> str | None:
    values = arguments(node)
    if values.get("alpha", 1) <= 0 and not is_constant(values["other"]):
        return "alpha must be positive"
    return None


def _sub_problem(node: Node) -> str | None:
    values = arguments(node)
    if not is_constant(values["other"]):
        return "only the difference of a tensor and a constant is supported"
    return None


PATTERNS = [
    Pattern(
        (aten.add.Tensor, aten.add.Scalar),
        _lower(1),
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
        problem=_add_problem,
    ),
    Pattern(
        (aten.sub.Tensor, aten.sub.Scalar),
        _lower(-1),
        inputs=("self", "other"),
        fuses_activation=True,
        function=True,
        problem=_sub_problem,
        accepted="of a tensor and a constant",
    ),
]
