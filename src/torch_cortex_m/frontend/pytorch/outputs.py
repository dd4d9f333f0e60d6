"""What the program returns, and what it leaves in its states, as values of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ir import INT32, Graph, Port, limits
from ...ops.pytorch.call import Activation, Constant, Integers, Operand, Unquantized
from .conversions import Conversions
from .output_names import OUTPUT_NAMES
from .placeholders import quantized_data
from .quantized import NodeQuantization
from .states import results_of, updates_of

DTYPES = {"f": "float32", "b": "bool", "i": "int32", "u": "uint8"}
"""Kind of a NumPy type -> what a constant of it is as an output."""


class Outputs:
    """``own_names`` says which values have more than the name of their operator, which another one
    of the operator's values has; ``_renamed`` which are called otherwise, because the model returns
    them or a result has their name; ``_returned`` how results are called."""

    def __init__(self, graph: Graph, conversions: Conversions) -> None:
        self._graph = graph
        self._conversions = conversions
        self.own_names: dict[str, str] = {}
        self._renamed: dict[str, str] = {}
        self._returned: set[str] = set()

    def add(self, node: Node, module: GraphModule, operands: Mapping[Node, Operand]) -> None:
        """``node`` is the output node of the program; ``operands`` what each other has become."""
        results = results_of(module)
        names = node.meta.get(OUTPUT_NAMES, [""] * len(results))
        for index, (result, name) in enumerate(zip(results, names, strict=True)):
            where = f"output {index}"
            if not isinstance(result, Node):
                raise _no_tensor(result, where)
            value = self._output(operands[result], name, where)
            wide = result.meta["val"].dtype == torch.int64
            self._graph.outputs.append(Port(value, self._graph.types[value].shape, wide=wide))
        for state, update in updates_of(module):
            self._update(operands[state], operands[update])

    def _output(self, operand: Operand, name: str, where: str) -> str:
        """The value of a result, which gets ``name``, if any, where a node computes it and no
        result before has named it."""
        if isinstance(operand, Constant):
            return self._constant(operand, where)
        value = self.current_name(operand.value)
        if value not in self._returned and self._graph.producer(value) is not None:
            value = self._named(operand.value, name)
        self._returned.add(value)
        if isinstance(operand, Activation):
            return self._conversions.real(value, operand)
        return value

    def current_name(self, value: str) -> str:
        """What a value of this name is called since outputs were named."""
        return self._renamed.get(value, value)

    def _named(self, value: str, name: str) -> str:
        """A result under ``name``; without one, under its operator's own name."""
        name = name or self.own_names.get(value, "")
        if name and name != self.current_name(value):
            self._make_way(name)
            self._rename(value, name)
        return self.current_name(value)

    def _make_way(self, name: str) -> None:
        """A layer of this name that computes no result is called otherwise."""
        graph = self._graph
        if name in graph.types and name not in self._returned and graph.producer(name):
            originals = {current: value for value, current in self._renamed.items()}
            self._rename(originals.get(name, name), name)

    def _rename(self, value: str, wanted: str) -> None:
        name = self._graph.unique_name(wanted)
        self._graph.rename(self.current_name(value), name)
        self._renamed[value] = name

    def _constant(self, constant: Constant, where: str) -> str:
        """Indices are int32, as everywhere."""
        data = constant.data
        if data.dtype != np.int64:
            return self._graph.add_constant(constant.name, data.astype(DTYPES[data.dtype.kind]))
        if not INT32.low <= int(data.min()) <= int(data.max()) <= INT32.high:
            raise TcmError(
                "an output has integers beyond 32 bits",
                where=where,
                expected=f"{INT32.low} to {INT32.high}",
                got=f"{data.min()} to {data.max()}",
                hint="clamp it, or leave it out of the outputs",
            )
        return self._graph.add_constant(constant.name, data.astype(np.int32))

    def _update(self, state: Operand, operand: Operand) -> None:
        """The operand, in the quantization of the state, is what the next call finds in it."""
        if isinstance(state, Integers):
            value = self._integer_update(state, operand)
        else:
            assert isinstance(state, Activation)
            value = self._real_update(state, operand)
        self._graph.set_update(state.value, value)

    def _integer_update(self, state: Integers, operand: Operand) -> str:
        if isinstance(operand, Constant):
            dtype = self._graph.types[state.value].dtype
            return self._graph.add_constant(operand.name, operand.data.astype(dtype))
        return self.current_name(operand.value)

    def _real_update(self, state: Activation, operand: Operand) -> str:
        dtype = self._graph.types[state.value].dtype
        wanted = NodeQuantization(state.quantization, limits(dtype))
        if isinstance(operand, Constant):
            return self._constant_update(operand, wanted)
        if isinstance(operand, Unquantized):
            return self._conversions.quantized(operand, wanted.quantization, dtype)
        assert isinstance(operand, Activation)
        value = self.current_name(operand.value)
        if (operand.quantization, self._graph.types[value].dtype) == (wanted.quantization, dtype):
            return value
        return self._conversions.converted(value, operand.quantization, wanted)

    def _constant_update(self, operand: Constant, wanted: NodeQuantization) -> str:
        types = self._graph.types
        value = self._graph.add_constant(operand.name, quantized_data(operand.data, wanted))
        types[value] = replace(types[value], quantization=wanted.quantization)
        return value


def _no_tensor(result: Any, where: str) -> TcmError:
    return TcmError(
        "an output of the model is not a tensor",
        where=where,
        expected="tensors, in tuples, lists and dicts",
        got=repr(result),
        hint="remove it from what forward returns",
    )
