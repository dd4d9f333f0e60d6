"""add from PyTorch: sums of tensors, and sums and differences with constants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.fx import Node

from ...ir import INT8, Quantization, TensorType
from ..integers.arithmetic import quantize_array
from ..pytorch.call import Activation, Constant, PytorchCall
from ..pytorch.node import arguments, is_constant
from ..pytorch.pattern import Pattern
from .op import rescaling

aten = torch.ops.aten


def _lower(sign: int) -> Callable[[PytorchCall], str]:
    """The lowering of self + sign * alpha * other."""

    def lower(call: PytorchCall) -> str:
        factor = sign * call.arguments.get("alpha", 1)
        first, first_scale = _operand(call, "self", 1)
        second, second_scale = _operand(call, "other", factor)
        if first in call.graph.constants:
            first, first_scale, second, second_scale = second, second_scale, first, first_scale
        types = call.graph.types
        return call.emit(
            "add",
            (first, second),
            input_offset=-_quantization(types[first]).zero_point,
            other_offset=-_quantization(types[second]).zero_point,
            output_offset=call.output.zero_point,
            **rescaling(first_scale, second_scale, call.output.scale),
            **call.activation_limits(),
        )

    return lower


def _operand(call: PytorchCall, argument: str, factor: float) -> tuple[str, float]:
    """(value, scale) of an operand times ``factor``; a factor of a tensor goes into the scale."""
    operand = call.operands.get(argument)
    if isinstance(operand, Activation | None) and not _is_number(call.arguments[argument]):
        activation = call.input(argument)
        return activation.value, activation.quantization.scale * factor
    constant = call.constant(argument)
    if constant is None:
        constant = Constant(f"{call.name}.constant", np.array([call.arguments[argument]]))
    return _add_constant(call, constant, factor)


def _add_constant(call: PytorchCall, constant: Constant, factor: float) -> tuple[str, float]:
    """The constant times ``factor`` as int8 with parameters of its own range.

    Integers that the program has already stay as they are, if the factor is 1.
    """
    quantized = constant.quantized
    if quantized is not None and quantized.axis is None and factor == 1:
        values = quantized.values
        quantization = Quantization(float(quantized.scales[0]), int(quantized.zero_points[0]))
    else:
        real = constant.data.astype(np.float64) * factor
        quantization = quantization_of(real)
        values = quantize_array(real, quantization.scale, quantization.zero_point)
    values = np.atleast_1d(values)
    name = call.graph.add_constant(constant.name, values)
    call.graph.types[name] = TensorType(values.shape, "int8", quantization)
    return name, quantization.scale


def quantization_of(real: np.ndarray) -> Quantization:
    """The affine int8 parameters whose range is that of ``real`` and 0."""
    low, high = min(0.0, float(real.min())), max(0.0, float(real.max()))
    scale = float(np.float32((high - low) / INT8.span)) or 1.0
    return Quantization(scale, int(np.clip(INT8.low - np.rint(low / scale), *INT8)))


def _quantization(type_: TensorType) -> Quantization:
    assert type_.quantization is not None
    return type_.quantization


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


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
        problem=_add_problem,
    ),
    Pattern(
        (aten.sub.Tensor, aten.sub.Scalar),
        _lower(-1),
        inputs=("self", "other"),
        fuses_activation=True,
        problem=_sub_problem,
        accepted="of a tensor and a constant",
    ),
]
