"""PytorchCall: one use of a PyTorch operator while it is lowered to the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch.fx import Node

from ...errors import TcmError
from ...ir import INT8, Graph, Quantization
from .. import definition
from ..integers.arithmetic import quantize_array, quantize_multiplier
from .node import shape_of

UNBOUNDED = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class Activation:
    """A quantized tensor of the graph. ``real`` says that PyTorch's tensor is the dequantized
    one (float32), not the int8 one."""

    value: str
    quantization: Quantization
    real: bool = True


@dataclass(frozen=True)
class QuantizedData:
    """A constant as integers: real = scales * (values - zero_points), broadcast along ``axis``.

    scales (float64) and zero_points (int64) have one element, with axis None, or one per channel.
    """

    values: np.ndarray
    scales: np.ndarray
    zero_points: np.ndarray
    axis: int | None

    def per_channel(self, channels: int) -> QuantizedData:
        """The same with one scale and zero point per channel."""
        return replace(
            self,
            scales=np.broadcast_to(self.scales, channels),
            zero_points=np.broadcast_to(self.zero_points, channels),
        )


@dataclass(frozen=True)
class Constant:
    """A constant operand: ``data`` is float, and ``quantized`` its integers where the program
    has them."""

    name: str
    data: np.ndarray
    quantized: QuantizedData | None = None


@dataclass(frozen=True)
class Unquantized:
    """A float32 tensor that nothing has quantized: an input of the graph, as its name."""

    value: str


Operand = Activation | Constant | Unquantized


@dataclass
class PytorchCall:
    """What a lowering function works with.

    node: the PyTorch operator; arguments: its arguments by name, as the schema has them.
    operands: the tensors among the arguments.
    name, source: the result's name in the user's terms, and the place in the user's model.
    output: the result's quantization.
    activation: the (low, high) of the fused activation as real numbers.
    limits: the quantized values that the program's own quantization admits.
    function: what the result is of the only operand, element by element (float64 arrays), where a
        table is to stand for it.
    """

    graph: Graph
    node: Node
    arguments: Mapping[str, Any]
    operands: Mapping[str, Operand]
    name: str
    source: str
    output: Quantization
    activation: tuple[float, float] = UNBOUNDED
    limits: tuple[int, int] = INT8
    function: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of PyTorch's result."""
        return shape_of(self.node)

    def shape_of(self, value: str) -> tuple[int, ...]:
        return self.graph.types[value].shape

    def input(self, argument: str = "input") -> Activation:
        """The quantized tensor that an argument is."""
        operand = self.operands[argument]
        if isinstance(operand, Activation):
            return operand
        raise TcmError(
            f"'{self.name}' ({self.node.target}) reads a float tensor that is not quantized",
            where=self.source,
            expected=f"argument '{argument}' behind a quantize and a dequantize node",
            got="a float tensor; a compiled model never computes in float in the middle",
            hint="annotate this operator's inputs in the quantizer, or give the float model",
        )

    def constant(self, argument: str) -> Constant | None:
        """The constant that an argument is; None where it is left out."""
        operand = self.operands.get(argument)
        if operand is None or isinstance(operand, Constant):
            return operand
        raise TcmError(
            f"'{self.name}' ({self.node.target}) needs a constant as '{argument}'",
            where=self.source,
            expected="a parameter or a buffer",
            got="a tensor that is computed from the inputs",
        )

    def add_constant(self, argument: str, data: np.ndarray) -> str:
        """Adds the integers of a constant argument under its name; returns the value's name.

        A constant that several operators share is added once.
        """
        constant = self.constant(argument)
        assert constant is not None
        known = self.graph.constants.get(constant.name)
        if known is not None and known.dtype == data.dtype and np.array_equal(known, data):
            return constant.name
        return self.graph.add_constant(constant.name, data)

    def activation_limits(self) -> dict[str, int]:
        """activation_min and activation_max for the result's quantization."""
        low, high = self.limits
        bounds = np.clip(np.array(self.activation, np.float32), -3e38, 3e38)
        scale, zero_point = self.output.scale, self.output.zero_point
        with np.errstate(over="ignore"):
            quantized = quantize_array(bounds, scale, zero_point)
        return {
            "activation_min": int(np.clip(quantized[0], low, high)),
            "activation_max": int(np.clip(quantized[1], low, high)),
        }

    def emit(self, operator: str, inputs: tuple[str | None, ...], **fields: Any) -> str:
        """Appends a node that computes the call's result; returns its output's name."""
        return self._append(operator, inputs, fields, "", self.output)

    def reshape(self, value: str, shape: tuple[int, ...], suffix: str = ".reshape") -> str:
        """``value`` under another shape; no node where it has that shape already."""
        type_ = self.graph.types[value]
        if type_.shape == shape:
            return value
        return self._append("reshape", (value,), {"shape": shape}, suffix, type_.quantization)

    def transpose(self, value: str, permutation: tuple[int, ...], suffix: str) -> str:
        """Output axis i is axis permutation[i] of ``value``; no node where nothing moves."""
        if permutation == tuple(range(len(permutation))):
            return value
        quantization = self.graph.types[value].quantization
        fields = {"permutation": permutation}
        return self._append("transpose", (value,), fields, suffix, quantization)

    def requantize(self, value: str, input: Quantization, output: Quantization) -> str:
        """``value`` in another quantization, within the limits; no node where it is so already."""
        if input == output and self.limits == INT8:
            return value
        low, high = self.limits
        fields = requantization(input, output) | {"activation_min": low, "activation_max": high}
        return self._append("requantize", (value,), fields, ".requantized", output)

    def _append(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        fields: dict[str, Any],
        suffix: str,
        quantization: Quantization | None,
    ) -> str:
        op_class: Any = definition(operator).op
        wanted = f"{self.name}{suffix}"
        try:
            return self.graph.add_node(
                op_class(**fields), inputs, wanted, quantization=quantization, source=self.source
            )
        except TcmError as error:
            raise error.at(self.source) from None


def requantization(input: Quantization, output: Quantization) -> dict[str, int]:
    """The fields of a requantize node that takes values from one quantization to another."""
    multiplier, shift = quantize_multiplier(input.scale / output.scale)
    return {
        "input_offset": -input.zero_point,
        "multiplier": multiplier,
        "shift": shift,
        "output_offset": output.zero_point,
    }
