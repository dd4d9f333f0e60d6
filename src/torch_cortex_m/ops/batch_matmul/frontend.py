"""batch_matmul from PyTorch: matmul, mm and bmm of two tensors of which neither is a weight, and
baddbmm that adds nothing: a product with a factor.

A product with a constant matrix on the right is a linear layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.factors import lower_factors
from ..pytorch.node import arguments
from ..pytorch.operands import ScaledOperand, scaled_operand
from ..pytorch.pattern import Pattern
from ..pytorch.products import is_by_a_matrix

aten = torch.ops.aten


def _lower(first: str, second: str) -> Callable[[PytorchCall], str]:
    """The lowering for these names of the operands."""

    def lower(call: PytorchCall) -> str:
        left, right = scaled_operand(call, first), scaled_operand(call, second)
        scale = left.scale * right.scale * call.arguments.get("alpha", 1)
        matrices = _matrix(call, left, -2), _matrix(call, right, -1)
        product = lower_factors(call, "batch_matmul", *matrices, scale)
        return call.reshape(product, call.shape)

    return lower


def _matrix(call: PytorchCall, operand: ScaledOperand, axis: int) -> ScaledOperand:
    """A vector as a matrix with one element along ``axis``."""
    shape = call.shape_of(operand.value)
    if len(shape) > 1:
        return operand
    matrix = (1, *shape) if axis == -2 else (*shape, 1)
    return replace(operand, value=call.reshape(operand.value, matrix, f".matrix{axis}"))


PATTERNS = [
    *(
        Pattern(
            targets,
            _lower("self", second),
            inputs=("self", second),
            fuses_activation=True,
            matches=lambda node: not is_by_a_matrix(node),
        )
        for targets, second in (
            ((aten.matmul.default,), "other"),
            ((aten.mm.default, aten.bmm.default), "mat2"),
        )
    ),
    Pattern(
        (aten.baddbmm.default,),
        _lower("batch1", "batch2"),
        inputs=("batch1", "batch2"),
        fuses_activation=True,
        matches=lambda node: arguments(node)["beta"] == 0,
    ),
]
