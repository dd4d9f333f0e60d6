"""The operands of functions of two tensors, one of which may be a constant or a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import TcmError
from ...ir import INT8, Quantization, TensorType
from ..integers.arithmetic import quantize_array
from ..integers.bounds import Array
from ..integers.tables import VALUES, numbers
from .call import Activation, Constant, PytorchCall, Unquantized


@dataclass(frozen=True)
class ScaledOperand:
    """An int8 value of the graph: real = scale * (value - zero_point)."""

    value: str
    scale: float
    zero_point: int


def two_operands(call: PytorchCall) -> tuple[ScaledOperand, ScaledOperand]:
    """self and other of a commutative function; a constant among them comes second."""
    return constant_second(call, scaled_operand(call, "self"), scaled_operand(call, "other"))


def constant_second(
    call: PytorchCall, first: ScaledOperand, second: ScaledOperand
) -> tuple[ScaledOperand, ScaledOperand]:
    return (second, first) if first.value in call.graph.constants else (first, second)


def is_computed(call: PytorchCall, argument: str) -> bool:
    """Whether an argument is neither a constant nor a number."""
    return isinstance(call.operands.get(argument), Activation | Unquantized)


def numbered_operand(call: PytorchCall, argument: str) -> tuple[str, Array]:
    """An int8 value of the graph, and the real numbers that -128 to 127 stand for in it. Those of a
    constant are its own, as long as it has no more different ones."""
    if not is_computed(call, argument):
        constant = _constant(call, argument)
        real, places = np.unique(constant.data.astype(np.float64), return_inverse=True)
        if real.size <= VALUES.size:
            values = places.reshape(constant.data.shape) + INT8.low
            name = call.graph.add_constant(f"{constant.name}.places", values.astype(np.int8))
            return name, np.pad(real, (0, VALUES.size - real.size), mode="edge")
    operand = scaled_operand(call, argument)
    return operand.value, numbers(Quantization(operand.scale, operand.zero_point))


def value_in_result_scale(call: PytorchCall, argument: str) -> str:
    """The operand in the result's quantization: a constant is rounded, a value requantized."""
    if is_computed(call, argument):
        input = call.input(argument)
        return call.requantize(input, call.output)
    real = _constant(call, argument).data.astype(np.float64)
    quantization = call.output
    values = quantize_array(real, quantization.scale, quantization.zero_point).clip(*call.limits)
    name = _constant(call, argument).name
    return _add_integers(call, name, np.atleast_1d(values), quantization)


def scaled_operand(call: PytorchCall, argument: str, factor: float = 1) -> ScaledOperand:
    """The operand times ``factor``; the factor of a value goes into its scale."""
    if is_computed(call, argument):
        activation = call.input(argument)
        quantization = activation.quantization
        return ScaledOperand(activation.value, quantization.scale * factor, quantization.zero_point)
    return _add_constant(call, _constant(call, argument), factor)


def reciprocal_operand(call: PytorchCall, argument: str) -> ScaledOperand:
    """1 / operand, which is a constant. Raises TcmError if it has a 0."""
    constant = _constant(call, argument)
    if not np.all(constant.data):
        raise TcmError(
            f"'{call.name}' ({call.node.target}) divides by 0",
            where=call.source,
            expected="a constant without zeros",
            got=f"{np.count_nonzero(constant.data == 0)} zeros in '{constant.name}'",
            hint="replace the zeros, such as by a small number",
        )
    inverse = Constant(f"{call.name}.reciprocal", 1.0 / constant.data.astype(np.float64))
    return _add_constant(call, inverse, 1)


def _constant(call: PytorchCall, argument: str) -> Constant:
    """A constant tensor or a number."""
    constant = call.constant(argument)
    if constant is not None:
        return constant
    return Constant(f"{call.name}.constant", np.array([call.arguments[argument]]))


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
    name = _add_integers(call, constant.name, np.atleast_1d(values), quantization)
    return ScaledOperand(name, quantization.scale, quantization.zero_point)


def _add_integers(
    call: PytorchCall, name: str, values: np.ndarray, quantization: Quantization
) -> str:
    added = call.graph.add_constant(name, values)
    call.graph.types[added] = TensorType(values.shape, "int8", quantization)
    return added


def quantization_of(real: np.ndarray) -> Quantization:
    """The affine int8 parameters whose range is that of ``real`` and 0."""
    low, high = min(0.0, float(real.min())), max(0.0, float(real.max()))
    scale = float(np.float32((high - low) / INT8.span)) or 1.0
    return Quantization(scale, int(np.clip(INT8.low - np.rint(low / scale), *INT8)))
