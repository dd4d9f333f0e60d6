"""The operands of functions of two tensors, one of which may be a constant or a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...ir import INT8, Quantization, TensorType
from ..integers.arithmetic import quantize_array
from .call import Activation, Constant, PytorchCall


@dataclass(frozen=True)
class ScaledOperand:
    """An int8 value of the graph: real = scale * (value - zero_point)."""

    value: str
    scale: float
    zero_point: int


def two_operands(call: PytorchCall, factor: float = 1) -> tuple[ScaledOperand, ScaledOperand]:
    """self and factor * other of a commutative function; a constant among them comes second."""
    first, second = operand(call, "self"), operand(call, "other", factor)
    return (second, first) if first.value in call.graph.constants else (first, second)


def operand(call: PytorchCall, argument: str, factor: float = 1) -> ScaledOperand:
    """The operand times ``factor``; a factor of a tensor goes into the scale."""
    tensor = call.operands.get(argument)
    if isinstance(tensor, Activation | None) and not _is_number(call.arguments[argument]):
        activation = call.input(argument)
        quantization = activation.quantization
        return ScaledOperand(activation.value, quantization.scale * factor, quantization.zero_point)
    constant = call.constant(argument)
    if constant is None:
        constant = Constant(f"{call.name}.constant", np.array([call.arguments[argument]]))
    return _add_constant(call, constant, factor)


def _add_constant(call: PytorchCall, constant: Constant, factor: float) -> ScaledOperand:
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
    return ScaledOperand(name, quantization.scale, quantization.zero_point)


def quantization_of(real: np.ndarray) -> Quantization:
    """The affine int8 parameters whose range is that of ``real`` and 0."""
    low, high = min(0.0, float(real.min())), max(0.0, float(real.max()))
    scale = float(np.float32((high - low) / INT8.span)) or 1.0
    return Quantization(scale, int(np.clip(INT8.low - np.rint(low / scale), *INT8)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
