"""TfliteCall: one use of a TensorFlow Lite operator while it is lowered to the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import TcmError
from ...ir import INT8, Graph, Limits, Quantization, limits
from .. import definition
from ..integers.arithmetic import quantize_multiplier
from ..rules.movement import Step, all_places, movement
from .file import FileTensor, Options

FUSED_ACTIVATIONS: dict[int, tuple[float | None, float | None]] = {
    0: (None, None),
    1: (0.0, None),
    2: (-1.0, 1.0),
    3: (0.0, 6.0),
}
"""The schema's ActivationFunctionType (NONE, RELU, RELU_N1_TO_1, RELU6) -> real bounds."""

LONGEST_LIST = 64
"""Elements of a list of axes, sizes or paddings: twice those of the largest rank and more."""

TOO_LARGE = 2.0**40
"""Larger than any multiplier that requantization covers."""


@dataclass(frozen=True)
class TfliteCall:
    """What a lowering function works with.

    tensors: the operator's inputs by argument name, those that are left out missing.
    values: the graph's values of the inputs that are activations or states.
    outputs: the results as the file has them.
    source, place: where the operator is in the file, for comments and, in full, for messages.
    """

    graph: Graph
    tensors: Mapping[str, FileTensor]
    values: Mapping[str, str]
    options: Options
    outputs: tuple[FileTensor, ...]
    source: str
    place: str

    @property
    def output(self) -> FileTensor:
        """The first result, which is the only one of most operators."""
        return self.outputs[0]

    @property
    def name(self) -> str:
        return self.output.name

    def each_result(self) -> Iterator[TfliteCall]:
        """For each result the call as if that were the only one."""
        return (replace(self, outputs=(output,)) for output in self.outputs)

    def repeated(self, argument: str = "input") -> tuple[str, ...]:
        """The names of the inputs that a repeated argument stands for."""
        return tuple(name for name in self.tensors if name.rpartition("_")[0] == argument)

    def value(self, argument: str = "input") -> str:
        return self.values[argument]

    def shape(self, argument: str = "input") -> tuple[int, ...]:
        """The shape of an activation in the graph."""
        return self.graph.types[self.values[argument]].shape

    def quantization(self, argument: str = "input") -> Quantization:
        return self.tensors[argument].quantization

    def data(self, argument: str) -> np.ndarray:
        """The elements of an input that is constant."""
        data = self.tensors[argument].data
        assert data is not None
        return data

    def integers(self, argument: str) -> tuple[int, ...]:
        """The elements of a constant list, such as axes."""
        data = self.data(argument).reshape(-1)
        if data.size > LONGEST_LIST:
            raise self.error(
                f"'{argument}' is too long",
                expected=f"at most {LONGEST_LIST} elements",
                got=data.size,
            )
        return tuple(int(element) for element in data)

    def integer(self, argument: str) -> int:
        """The only element of a constant."""
        elements = self.integers(argument)
        if len(elements) != 1:
            raise self.error(
                f"'{argument}' is not a single value", expected=1, got=f"{len(elements)} elements"
            )
        return elements[0]

    def axis(self, axis: int, rank: int) -> int:
        """``axis`` counted from the front. Raises TcmError if there is no such dimension."""
        if not -rank <= axis < rank:
            raise self.error("there is no such dimension", expected=f"below {rank}", got=axis)
        return axis % rank

    def error(
        self, what: str, *, expected: object = None, got: object = None, hint: str | None = None
    ) -> TcmError:
        return TcmError(what, where=self.place, expected=expected, got=got, hint=hint)

    def add_constant(self, argument: str, data: np.ndarray) -> str:
        """Adds a constant that is made for this operator; returns the value's name."""
        return self.graph.add_constant(f"{self.name}.{argument}", data)

    def constant(self, data: np.ndarray) -> str:
        """Adds data that are the result; returns the value's name."""
        name = self.graph.add_constant(self.name, data)
        self.graph.types[name] = replace(self.graph.types[name], quantization=self._result())
        return name

    def multiplier(self, real: float) -> tuple[int, int]:
        """``quantize_multiplier``, checked for the range that requantization covers."""
        multiplier, shift = quantize_multiplier(min(real, TOO_LARGE))
        if shift > 30:
            raise self.error(
                "the scales of inputs and output are too far apart",
                expected="input scale / output scale below 2^30",
                got=f"{real:g}",
            )
        return multiplier, shift

    def activation_limits(self) -> dict[str, int]:
        """activation_min and activation_max for the fused activation."""
        code = int(self.options.number("FusedActivationFunction"))
        output = self.output
        return clamp_limits(
            *FUSED_ACTIVATIONS[code], output.quantization, limits(output.value_dtype)
        )

    def emit(
        self, operator: str, inputs: tuple[str | None, ...], suffix: str = "", /, **fields: Any
    ) -> str:
        """Appends a node with the result's quantization; returns its output's name."""
        return self._append(operator, inputs, fields, suffix, self._result())

    def emit_several(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        results: Mapping[str, Quantization],
        /,
        **fields: Any,
    ) -> tuple[str, ...]:
        """Appends a node with several outputs; ``results``: the suffix of each output's name and
        its quantization. Returns the outputs' names."""
        return self._append_several(operator, inputs, fields, results)

    def keep(self, argument: str, value: str) -> None:
        """Lets the next call find ``value`` in the state that this argument is."""
        self.graph.set_update(self.values[argument], value)

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
        type_, fields = self.graph.types[value], {"permutation": permutation}
        if type_.dtype == "int8":
            return self._append("transpose", (value,), fields, suffix, type_.quantization)
        return self.move_value(value, all_places(type_.shape).transpose(permutation), suffix)

    def move(self, places: np.ndarray, argument: str = "input") -> str:
        """The elements of an activation at these places (see ops/rules/movement), the result.
        Raises TcmError if that needs more indices than anybody would store."""
        value = self.values[argument]
        if not places.size or self.graph.types[value].dtype != self.output.value_dtype:
            raise self.error(
                "its result does not fit its input",
                expected=f"elements of type {self.graph.types[value].dtype}",
                got=f"shape {places.shape}, type {self.output.dtype}",
            )
        return self._moved(value, places, "", self._result())

    def move_value(self, value: str, places: np.ndarray, suffix: str) -> str:
        """The elements of any value at these places, in its own scale."""
        return self._moved(value, places, suffix, self.graph.types[value].quantization)

    def _moved(
        self, value: str, places: np.ndarray, suffix: str, quantization: Quantization | None
    ) -> str:
        try:
            steps = movement(places, self.graph.types[value])
        except TcmError as error:
            raise error.at(self.place) from None
        for step in steps or [Step("reshape", {"shape": places.shape})]:
            inputs = (value,)
            if step.indices is not None:
                inputs = (value, self.add_constant("indices", step.indices))
            value = self._append(step.operator, inputs, step.fields, suffix, quantization)
        return value

    def concatenate(self, first: str, second: str, axis: int, suffix: str) -> str:
        """Two values of the first one's scale, behind each other."""
        quantization = self.graph.types[first].quantization
        return self._append("concatenate", (first, second), {"axis": axis}, suffix, quantization)

    def places(self, argument: str = "input") -> np.ndarray:
        """The places of an activation's elements, for ``move``."""
        return all_places(self.shape(argument))

    def _result(self) -> Quantization | None:
        return self.output.quantization if self.output.quantized else None

    def _append(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        fields: dict[str, Any],
        suffix: str,
        quantization: Quantization | None,
    ) -> str:
        (output,) = self._append_several(operator, inputs, fields, {suffix: quantization})
        return output

    def _append_several(
        self,
        operator: str,
        inputs: tuple[str | None, ...],
        fields: dict[str, Any],
        results: Mapping[str, Quantization | None],
    ) -> tuple[str, ...]:
        op_class: Any = definition(operator).op
        wanted = [f"{self.name}{suffix}" for suffix in results]
        quantizations = list(results.values())
        try:
            return self.graph.add_outputs(
                op_class(**fields), inputs, wanted, quantizations, source=self.source
            )
        except TcmError as error:
            raise error.at(self.place) from None


def clamp_limits(
    low: float | None, high: float | None, output: Quantization, ends: Limits = INT8
) -> dict[str, int]:
    """activation_min and activation_max of a clamp to real bounds (None: no bound) in a type with
    these ends.

    Bounds are divided by the scale in float32 and rounded, ties away from zero.
    Source: TensorFlow Lite's CalculateActivationRangeQuantized.
    """
    return {
        "activation_min": ends.low if low is None else _quantized_bound(low, output, ends),
        "activation_max": ends.high if high is None else _quantized_bound(high, output, ends),
    }


def _quantized_bound(bound: float, output: Quantization, ends: Limits) -> int:
    with np.errstate(over="ignore"):
        steps = float(np.clip(np.float32(bound) / np.float32(output.scale), -1e9, 1e9))
    rounded = int(np.copysign(np.floor(abs(steps) + 0.5), steps))
    return int(np.clip(output.zero_point + rounded, *ends))
