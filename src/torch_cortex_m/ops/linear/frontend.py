"""linear from PyTorch: linear, and matrix products with a constant on the right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.fx import Node

from ...errors import TcmError
from ..pytorch.call import PytorchCall, QuantizedData
from ..pytorch.node import arguments, is_constant, shape_of
from ..pytorch.pattern import Pattern, Weight
from ..pytorch.products import is_by_a_matrix
from ..pytorch.weights import quantized_weight, sum_operands

aten = torch.ops.aten


def _lower(input: str, weight: Weight) -> Callable[[PytorchCall], str]:
    """The lowering for these names of the activation and the constant operand."""

    def lower(call: PytorchCall) -> str:
        activation = call.input(input)
        quantized = quantized_weight(call, weight)
        values = quantized.values if weight.channel_axis == 0 else quantized.values.T
        input_scale = activation.quantization.scale
        operands = sum_operands(call, quantized, input_scale, len(values), weight.bias)
        weight_value = call.add_constant(weight.argument, np.ascontiguousarray(values))
        return call.emit(
            "linear",
            (activation.value, weight_value, *operands),
            input_offset=-activation.quantization.zero_point,
            weight_offset=-_zero_point(call, quantized),
            output_offset=call.output.zero_point,
            **call.activation_limits(),
        )

    return lower


def _zero_point(call: PytorchCall, weight: QuantizedData) -> int:
    zero_points = set(weight.zero_points.tolist())
    if len(zero_points) == 1:
        return zero_points.pop()
    raise TcmError(
        f"the weights of '{call.name}' ({call.node.target}) have several zero points",
        where=call.source,
        expected="one zero point for all output features",
        got=sorted(zero_points),
        hint="quantize weights with a symmetric scheme (torch.per_channel_symmetric)",
    )


def _linear_problem(node: Node) -> str | None:
    rank = len(shape_of(arguments(node)["weight"]))
    return None if rank == 2 else f"a weight of rank {rank} is not supported, only 2"


def _is_layer(node: Node) -> bool:
    """Whether addmm adds a bias to a product with a constant."""
    values = arguments(node)
    features = shape_of(values["mat2"])[1]
    return (
        is_constant(values["mat2"])
        and is_constant(values["self"])
        and values["alpha"] == values["beta"] == 1
        and shape_of(values["self"]) in ((features,), (1, features))
    )


LINEAR = Weight()
ADDMM = Weight("mat2", 1, "self")
MM = Weight("mat2", 1, None)
MATMUL = Weight("other", 1, None)

PATTERNS = [
    Pattern(
        (aten.linear.default,),
        _lower("input", LINEAR),
        weight=LINEAR,
        fuses_activation=True,
        problem=_linear_problem,
    ),
    Pattern(
        (aten.addmm.default,),
        _lower("mat1", ADDMM),
        inputs=("mat1",),
        weight=ADDMM,
        fuses_activation=True,
        matches=_is_layer,
    ),
    Pattern(
        (aten.mm.default,),
        _lower("self", MM),
        inputs=("self",),
        weight=MM,
        fuses_activation=True,
        matches=is_by_a_matrix,
    ),
    Pattern(
        (aten.matmul.default,),
        _lower("self", MATMUL),
        inputs=("self",),
        weight=MATMUL,
        fuses_activation=True,
        matches=is_by_a_matrix,
    ),
]
