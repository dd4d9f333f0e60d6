"""Constants of a quantized program: integers behind a dequantize node, floats, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.fx import Node

from ...errors import TcmError
from ...ops.pytorch.call import Constant, Operand, QuantizedData
from ...ops.pytorch.node import arguments
from ...ops.pytorch.pattern import Pattern
from .program import OPERAND_NAMES
from .quantized import DEQUANTIZE_PER_CHANNEL
from .source import value_name, where


def dequantized(node: Node, integers: Constant, operands: Mapping[Node, Operand]) -> Constant:
    """The constant that a dequantize node makes of ``integers``."""
    values = arguments(node)
    per_channel = node.target in DEQUANTIZE_PER_CHANNEL
    axis = int(values["axis"]) if per_channel else None
    scales = _numbers(values["scales" if per_channel else "scale"], operands).astype(np.float64)
    points = values["zero_points" if per_channel else "zero_point"]
    zero_points = np.zeros(1) if points is None else _numbers(points, operands)
    zero_points = np.broadcast_to(zero_points.astype(np.int64), scales.shape)
    if not np.issubdtype(integers.data.dtype, np.signedinteger):
        raise TcmError(
            f"constants of type {integers.data.dtype} are not supported",
            where=where(node),
            expected="int8 weights and int32 biases",
            got=str(integers.data.dtype),
            hint="quantize weights to torch.int8 with a symmetric scheme",
        )
    shape = [1] * integers.data.ndim
    if axis is not None:
        shape[axis] = -1
    real = (integers.data - zero_points.reshape(shape)) * scales.reshape(shape)
    return Constant(integers.name, real, QuantizedData(integers.data, scales, zero_points, axis))


def _numbers(value: object, operands: Mapping[Node, Operand]) -> np.ndarray:
    """An argument that is a number or a constant tensor, as an array of rank 1."""
    if isinstance(value, Node):
        operand = operands[value]
        assert isinstance(operand, Constant)
        return operand.data.reshape(-1)
    return np.array([value])


def moved(node: Node, operand: Operand) -> Constant:
    """A constant behind an operator that only moves data, such as a transposed weight."""
    assert isinstance(operand, Constant)
    real = _apply(node, operand.data)
    quantized = operand.quantized
    if quantized is None:
        return replace(operand, data=real)
    axis = None if quantized.axis is None else _moved_axis(node, quantized)
    values = _apply(node, quantized.values)
    return replace(operand, data=real, quantized=replace(quantized, values=values, axis=axis))


def _apply(node: Node, data: np.ndarray) -> np.ndarray:
    def swap(value: Node) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(data))

    args, kwargs = torch.fx.map_arg((node.args, node.kwargs), swap)
    return node.target(*args, **kwargs).contiguous().numpy()  # type: ignore[operator]


def _moved_axis(node: Node, quantized: QuantizedData) -> int:
    """Where the dimension of the channels has gone: the channels' numbers are moved and sought."""
    assert quantized.axis is not None
    shape = quantized.values.shape
    channels = shape[quantized.axis]
    column = [1] * len(shape)
    column[quantized.axis] = channels
    result = _apply(node, np.broadcast_to(np.arange(channels).reshape(column), shape).copy())
    for axis, size in enumerate(result.shape):
        column = [1] * result.ndim
        column[axis] = size
        if size == channels and np.array_equal(
            result, np.broadcast_to(np.arange(channels).reshape(column), result.shape)
        ):
            return axis
    raise TcmError(
        "a per-channel quantized constant is reshaped so that its channels are mixed",
        where=where(node),
        expected="the channels in one dimension",
        got=f"{node.target} from {list(shape)} to {list(result.shape)}",
        hint="quantize it per tensor, or reshape it before it is quantized",
    )


def operand_name(node: Node, pattern: Pattern, argument: str, constant: Constant) -> str:
    """The constant's name for the user: the parameter's own, else one after its operator."""
    noted = node.meta.get(OPERAND_NAMES, {}).get(argument)
    if noted is not None:
        return noted
    if not constant.name.startswith("_"):
        return constant.name
    weight = pattern.weight
    if weight is not None and argument == weight.argument:
        return f"{value_name(node)}.weight"
    if weight is not None and argument == weight.bias:
        return f"{value_name(node)}.bias"
    return f"{value_name(node)}.constant"
