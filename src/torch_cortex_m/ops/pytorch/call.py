"""PytorchCall: one use of a PyTorch operator while it is lowered to the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch.fx import Node

from ...errors import TcmError
from ...ir import DTYPES, INT8, Graph, Quantization, TensorType
from .. import definition
from ..integers.arithmetic import quantize_array, quantize_multiplier
from ..rules.movement import all_places, movement
from .node import is_real, shape_of, values_of

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
    """A float32 tensor that nothing has quantized, such as an input, as its name in the graph."""

    value: str


@dataclass(frozen=True)
class Integers:
    """A tensor of indices or truth values, as its name in the graph: no scale belongs to it."""

    value: str


Operand = Activation | Constant | Unquantized | Integers


@dataclass
class PytorchCall:
    """What a lowering function works with.

    node: the PyTorch operator; arguments: its arguments by name, as the schema has them.
    operands: the tensors among the arguments, as ``tensor_arguments`` names them.
    name, source: the result's name in the user's terms, and the place in the user's model.
    result: the quantization of the float results, None where there are none.
    parts: the quantization of each of several results, where each has its own.
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
    result: Quantization | None
    parts: Mapping[int, Quantization] = field(default_factory=dict)
    activation: tuple[float, float] = UNBOUNDED
    limits: tuple[int, int] = INT8
    function: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def output(self) -> Quantization:
        """The quantization of the float results."""
        assert self.result is not None
        return self.result

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

    def value(self, argument: str = "input") -> str:
        """The graph's value of an argument that is a quantized tensor, or one of indices or truth
        values."""
        operand = self.operands[argument]
        return operand.value if isinstance(operand, Integers) else self.input(argument).value

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
            hint="make it a parameter or a buffer, or a number",
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

    def add_quantized(
        self, constant: Constant, quantization: Quantization, dtype: str = "int8"
    ) -> str:
        """Adds a constant as integers in this quantization; returns the value's name. Those that
        the program has so already stay as they are."""
        values = _integers(constant, quantization, dtype)
        name = self.graph.add_constant(constant.name, values)
        self.graph.types[name] = TensorType(values.shape, dtype, quantization)
        return name

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
        return self._append(operator, inputs, fields, "", self.result)

    def emit_float(self, operator: str, inputs: tuple[str | None, ...], **fields: Any) -> str:
        """The same for a result of float32, which is quantized later."""
        return self._append(operator, inputs, fields, "", None)

    def emit_several(
        self, operator: str, inputs: tuple[str | None, ...], **fields: Any
    ) -> tuple[str, ...]:
        """The same for an operator with several outputs, which are the call's results."""
        quantizations = [self.result if is_real(value) else None for value in values_of(self.node)]
        return self._append_several(operator, inputs, fields, quantizations)

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
        type_ = self.graph.types[value]
        if type_.dtype != "int8":
            return self.move(value, all_places(type_.shape).transpose(permutation))
        quantization = type_.quantization
        fields = {"permutation": permutation}
        return self._append("transpose", (value,), fields, suffix, quantization)

    def requantize(self, input: Activation, output: Quantization) -> str:
        """The tensor in another quantization, within the limits; no node where it is so already."""
        dtype = self.graph.types[input.value].dtype
        if dtype != "int8":
            return self.rescale(input, output, dtype)
        if input.quantization == output and self.limits == INT8:
            return input.value
        low, high = self.limits
        fields = requantization(input.quantization, output)
        fields |= {"activation_min": low, "activation_max": high}
        return self._append("requantize", (input.value,), fields, ".requantized", output)

    def rescale(self, input: Activation, output: Quantization, dtype: str) -> str:
        """The tensor as integers of ``dtype`` in another quantization; no node where it is so."""
        given = self.graph.types[input.value].dtype
        if (input.quantization, given) == (output, dtype):
            return input.value
        if given == dtype == "int8":
            operator, fields = "requantize", requantization(input.quantization, output)
        else:
            operator, fields = "rescale", rescaling(input.quantization, output, dtype)
        return self._append(operator, (input.value,), fields, ".rescaled", output)

    def emit_parts(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        quantizations: Sequence[Quantization],
        **fields: Any,
    ) -> tuple[str, ...]:
        """Appends a node with several outputs, each of which has a quantization of its own."""
        return self._append_several(operator, inputs, fields, quantizations)

    def move(self, value: str, places: np.ndarray) -> str:
        """The elements of ``value`` at these places (see ops/rules/movement), the call's result.
        Raises TcmError if that needs more indices than anybody would store."""
        type_ = self.graph.types[value]
        try:
            steps = movement(places, type_)
        except TcmError as error:
            raise error.at(self.source) from None
        for step in steps:
            inputs = (value,)
            if step.indices is not None:
                indices = self.graph.add_constant(f"{self.name}.indices", step.indices)
                inputs = (value, indices)
            value = self._append(step.operator, inputs, step.fields, "", type_.quantization)
        return value

    def _append(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        fields: dict[str, Any],
        suffix: str,
        quantization: Quantization | None,
    ) -> str:
        (output,) = self._append_several(operator, inputs, fields, [quantization], suffix)
        return output

    def _append_several(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        fields: dict[str, Any],
        quantizations: Sequence[Quantization | None],
        suffix: str = "",
    ) -> tuple[str, ...]:
        op_class: Any = definition(operator).op
        wanted = [f"{self.name}{suffix}"] * len(quantizations)
        try:
            return self.graph.add_outputs(
                op_class(**fields), inputs, wanted, quantizations, source=self.source
            )
        except TcmError as error:
            raise error.at(self.source) from None


def _integers(constant: Constant, wanted: Quantization, dtype: str) -> np.ndarray:
    known = constant.quantized
    if known is not None and known.axis is None:
        given = Quantization(float(known.scales[0]), int(known.zero_points[0]))
        if given == wanted and str(known.values.dtype) == dtype:
            return known.values
    return quantize_array(constant.data, wanted.scale, wanted.zero_point, dtype=dtype)


def requantization(input: Quantization, output: Quantization) -> dict[str, int]:
    """The fields of a requantize node that takes values from one quantization to another."""
    multiplier, shift = quantize_multiplier(input.scale / output.scale)
    return {
        "input_offset": -input.zero_point,
        "multiplier": multiplier,
        "shift": shift,
        "output_offset": output.zero_point,
    }


def rescaling(input: Quantization, output: Quantization, dtype: str) -> dict[str, int]:
    """The fields of a rescale node that takes integers to others of ``dtype``."""
    return {"output_bytes": DTYPES[dtype].bytes, **requantization(input, output)}
