"""import: the fx program with quantize and dequantize nodes becomes a graph.

Every float tensor of the program is the dequantized form of an int8 value of the graph, so that
the nodes between them vanish: a weighted sum takes its result's parameters from the quantize node
that follows it, and what only moves data keeps its input's.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ir import (
    BYTES,
    DTYPES,
    INT8,
    INT32,
    Graph,
    Port,
    Quantization,
    TensorType,
    limits,
)
from ...ops import definition
from ...ops import operator as make_operator
from ...ops.integers.arithmetic import quantize_array
from ...ops.pytorch.call import (
    Activation,
    Constant,
    Integers,
    Operand,
    PytorchCall,
    Unquantized,
    requantization,
    rescaling,
)
from ...ops.pytorch.function import lower_function
from ...ops.pytorch.node import arguments, is_real, shape_of, tensor_arguments, values_of
from ...ops.pytorch.pattern import Pattern, Result
from .constant_operands import dequantized, moved, operand_name
from .functions import OneTensorFunction, find_functions
from .output_names import OUTPUT_NAMES
from .patterns import activation_range, fused_activations, is_result, pattern_of, results
from .program import constant_name, constant_value
from .quantized import NodeQuantization, is_dequantize, is_quantize, node_quantization
from .source import value_name, where
from .states import STATE, is_state, results_of, updates_of


def import_quantized(module: GraphModule, name: str) -> Graph:
    """The graph of a quantized fx program. Raises TcmError for what is not int8."""
    importer = _Importer(module, Graph(name))
    for node in module.graph.nodes:
        importer.add(node)
    importer.graph.remove_unused()
    return importer.graph


OUTPUT_DTYPES = {"f": "float32", "b": "bool", "i": "int32", "u": "uint8"}
"""Kind of a NumPy type -> what a constant of it is as an output."""


class _Importer:
    """``operands`` says what each fx node has become, ``renamed`` which of their values are called
    otherwise, because the model returns them or a result has their name; ``returned`` how results
    are called; ``own_names`` which values have more than the name of their operator, which another
    one of the operator's values has."""

    def __init__(self, module: GraphModule, graph: Graph) -> None:
        self.module = module
        self.graph = graph
        self.functions = find_functions(module)
        self.operands: dict[Node, Operand] = {}
        self.quantized_inputs: dict[tuple[str, Quantization], str] = {}
        self.renamed: dict[str, str] = {}
        self.returned: set[str] = set()
        self.own_names: dict[str, str] = {}

    def add(self, node: Node) -> None:
        if is_state(node):
            self.operands[node] = self.state(node)
        elif node.op == "placeholder":
            self.operands[node] = self.input(node)
        elif node.op == "get_attr":
            data = constant_value(self.module, node).cpu().numpy()
            self.operands[node] = Constant(constant_name(node), data)
        elif node.op == "output":
            self.outputs(node)
        elif node in self.operands or node in self.functions.absorbed:
            return
        elif is_quantize(node):
            self.operands[node] = self.quantize(node)
        elif is_dequantize(node):
            self.operands[node] = self.dequantize(node)
        elif node in self.functions.of:
            self.function(node, self.functions.of[node])
        else:
            self.operator(node)

    def input(self, node: Node) -> Operand:
        """Float inputs stay float; an int8 input has the parameters of its dequantize node. Bytes
        are int8, 128 less; indices are int32."""
        shape, dtype = shape_of(node), node.meta["val"].dtype
        if dtype == torch.float32:
            return Unquantized(self.graph.add_input(str(node.target), TensorType(shape, "float32")))
        if dtype == torch.uint8:
            value = self.graph.add_input(str(node.target), TensorType(shape, "int8", BYTES))
            return Activation(value, BYTES, real=False)
        if dtype != torch.int8:
            type_ = TensorType(shape, "bool" if dtype == torch.bool else "int32")
            return Integers(self.graph.add_input(str(node.target), type_))
        reader = next((user for user in node.users if is_dequantize(user)), None)
        if reader is None:
            raise TcmError(
                "an int8 input has no scale",
                where=f"input '{node.target}'",
                expected="float32, or int8 that a dequantize node reads",
                got="int8 alone",
            )
        quantization = self.node_quantization(reader).quantization
        value = self.graph.add_input(str(node.target), TensorType(shape, "int8", quantization))
        return Activation(value, quantization, real=False)

    def state(self, node: Node) -> Operand:
        """Of the first quantize node that it meets, integers as they are."""
        name, initial = node.meta[STATE].name, node.meta[STATE].initial.cpu().numpy()
        if not is_real(node.meta["val"]):
            return Integers(self.graph.add_state(name, initial.astype(state_dtype(initial))))
        following = self.following(node)
        if following is None:
            raise _not_quantized(node, f"state '{name}'")
        quantization = following.quantization
        data = quantized_data(initial, quantization, following.dtype)
        return Activation(self.graph.add_state(name, data, quantization), quantization)

    def node_quantization(self, node: Node) -> NodeQuantization:
        return node_quantization(node, self.module)

    def quantize(self, node: Node) -> Operand:
        """Nothing, where the parameters are those that the tensor has; else a node."""
        wanted = self.node_quantization(node)
        operand = self.operands[node.args[0]]  # type: ignore[index]
        if isinstance(operand, Unquantized):
            value = self.quantized_input(operand, wanted.quantization, wanted.dtype)
            operand = Activation(value, wanted.quantization)
        if not isinstance(operand, Activation):
            raise TcmError(
                "a constant is quantized in a way that is not understood", where=where(node)
            )
        given = self.graph.types[operand.value].dtype
        full_range = wanted.limits == limits(given)
        produced_here = given == wanted.dtype and _producer_respects_limits(node)
        if operand.quantization == wanted.quantization and (full_range or produced_here):
            return Activation(operand.value, wanted.quantization, real=False)
        if (given, wanted.dtype) != ("int8", "int8"):
            value = self.rescaled(operand, wanted.quantization, wanted.dtype, where(node))
            return Activation(value, wanted.quantization, real=False)
        value = self.append(
            "requantize",
            operand.value,
            ".requantized",
            wanted.quantization,
            where(node),
            **requantization(operand.quantization, wanted.quantization),
            activation_min=wanted.limits[0],
            activation_max=wanted.limits[1],
        )
        return Activation(value, wanted.quantization, real=False)

    def rescaled(
        self, operand: Activation, wanted: Quantization, dtype: str, source: str = ""
    ) -> str:
        """The value as integers of another width."""
        fields = rescaling(operand.quantization, wanted, dtype)
        op = make_operator("rescale", **fields)
        value = f"{operand.value}.rescaled"
        return self.graph.add_node(op, (operand.value,), value, quantization=wanted, source=source)

    def quantized_input(
        self, operand: Unquantized, quantization: Quantization, dtype: str = "int8"
    ) -> str:
        """The integer value of a float input; one for each set of parameters."""
        key = (operand.value, quantization)
        if key not in self.quantized_inputs:
            fields: dict[str, Any] = asdict(quantization) | {"output_bytes": DTYPES[dtype].bytes}
            self.quantized_inputs[key] = self.append(
                "quantize", operand.value, f".{dtype}", quantization, **fields
            )
        return self.quantized_inputs[key]

    def dequantize(self, node: Node) -> Operand:
        operand = self.operands[node.args[0]]  # type: ignore[index]
        if isinstance(operand, Constant):
            return dequantized(node, operand, self.operands)
        wanted = self.node_quantization(node).quantization
        if not isinstance(operand, Activation) or operand.quantization != wanted:
            raise TcmError(
                "a dequantize node has other parameters than the tensor that it reads",
                where=where(node),
                expected=operand.quantization if isinstance(operand, Activation) else "int8",
                got=wanted,
                hint="use one scale and zero point in a quantize node and the dequantize nodes "
                "that read it",
            )
        return Activation(operand.value, wanted)

    def operator(self, node: Node) -> None:
        pattern = pattern_of(node)
        if pattern is None:
            raise RuntimeError(f"{node.target} has passed the check of supported operators")
        chain = [node, *fused_activations(node)]
        operands = self.operands_of(node, pattern)
        if operands and all(isinstance(operand, Constant) for operand in operands.values()):
            self.operands[node] = moved(node, next(iter(operands.values())))
            return
        result = self.result_quantization(node, chain[-1], pattern, operands)
        call = PytorchCall(
            graph=self.graph,
            node=node,
            arguments=arguments(node),
            operands=operands,
            name=value_name(node),
            source=where(node),
            result=None if result is None else result.quantization,
            activation=self.clamp(node, chain, pattern),
            limits=INT8 if result is None else result.limits,
        )
        if pattern.recurrence is not None:
            call.parts = self.parts(node)
        own_name = self.graph.unique_name(call.name)
        lowered = pattern.lower(call)
        if isinstance(lowered, str) and own_name in self.graph.types:
            self.own_names[lowered] = own_name
        if isinstance(lowered, tuple):
            for place, part in results(node):
                quantization = call.parts.get(place, call.result)
                self.operands[part] = self.result(part, lowered[place], quantization)
        else:
            self.operands |= {part: self.result(part, lowered, call.result) for part in chain}

    def parts(self, node: Node) -> dict[int, Quantization]:
        """The quantization of each of an operator's several results."""
        followed = {place: self.following(part) for place, part in results(node)}
        return {place: each.quantization for place, each in followed.items() if each is not None}

    def result(self, node: Node, value: str, quantization: Quantization | None) -> Operand:
        """What a node has become, whose result the graph has as ``value``."""
        if not is_real(node.meta["val"]):
            return Integers(value)
        if self.graph.types[value].dtype == "float32":
            return Unquantized(value)
        assert quantization is not None
        return Activation(value, quantization, real=node.meta["val"].dtype == torch.float32)

    def function(self, node: Node, function: OneTensorFunction) -> None:
        """A table for what is a function of one tensor."""
        pattern = pattern_of(node)
        assert pattern is not None
        result = self.function_quantization(node, pattern)
        call = PytorchCall(
            graph=self.graph,
            node=node,
            arguments=arguments(node),
            operands={"self": self.operands[function.source]},
            name=value_name(node),
            source=where(node),
            result=None if result is None else result.quantization,
            limits=INT8 if result is None else result.limits,
            function=function,
        )
        self.operands[node] = self.result(node, lower_function(call), call.result)

    def operands_of(self, node: Node, pattern: Pattern) -> dict[str, Operand]:
        """The tensors among the arguments, constants under their names for the user."""
        operands: dict[str, Operand] = {}
        for argument, value in tensor_arguments(node).items():
            operand = self.operands[value]
            if isinstance(operand, Constant):
                name = operand_name(node, pattern, argument, operand)
                operand = replace(operand, name=name)
            operands[argument] = operand
        first = pattern.inputs[0]
        if pattern.result is Result.SHARED and isinstance(operands[first], Unquantized):
            following = self.following(node)
            if following is not None:
                value = self.quantized_input(operands[first], following.quantization)  # type: ignore[arg-type]
                operands[first] = Activation(value, following.quantization)
        return operands

    def clamp(self, node: Node, chain: list[Node], pattern: Pattern) -> tuple[float, float]:
        """The real range to which the operator and the activations fused with it clamp."""
        return activation_range(chain if pattern.activation_range is not None else chain[1:])

    def result_quantization(
        self, node: Node, last: Node, pattern: Pattern, operands: dict[str, Operand]
    ) -> NodeQuantization | None:
        if not any(is_real(value) for value in values_of(node)):
            return None
        if pattern.result is Result.FIXED:
            assert pattern.fixed is not None
            return NodeQuantization(pattern.fixed)
        first = operands.get(pattern.inputs[0])
        if pattern.result is Result.SHARED and isinstance(first, Activation):
            return NodeQuantization(first.quantization)
        if pattern.result is Result.SHARED and isinstance(first, Integers):
            return None
        following = self.following(last)
        if following is not None:
            return following
        if pattern.activation_range is not None and isinstance(first, Activation):
            return NodeQuantization(first.quantization)
        raise _not_quantized(node)

    def function_quantization(self, node: Node, pattern: Pattern) -> NodeQuantization | None:
        """Of the result of a table: a known one, else the one that the result meets."""
        if not is_real(node.meta["val"]):
            return None
        if pattern.fixed is not None:
            return NodeQuantization(pattern.fixed)
        following = self.following(node)
        if following is None:
            raise _not_quantized(node)
        return following

    def following(self, node: Node) -> NodeQuantization | None:
        """The quantize node that a float result meets, behind data movement or not.

        Of several the one with the widest steps, so that no reader loses its range.
        """
        found: list[NodeQuantization] = []
        for user in node.users:
            pattern = pattern_of(user)
            if is_quantize(user):
                found.append(self.node_quantization(user))
            elif is_result(user) or (pattern is not None and pattern.result is Result.SHARED):
                behind = self.following(user)
                found += [] if behind is None else [behind]
        return max(found, key=lambda each: each.quantization.scale, default=None)

    def outputs(self, node: Node) -> None:
        results = results_of(self.module)
        names = node.meta.get(OUTPUT_NAMES, [""] * len(results))
        for index, (result, name) in enumerate(zip(results, names, strict=True)):
            value = self.output(result, name, f"output {index}")
            wide = result.meta["val"].dtype == torch.int64
            self.graph.outputs.append(Port(value, self.graph.types[value].shape, wide=wide))
        for state, update in updates_of(self.module):
            self.update(self.operands[state], self.operands[update])

    def update(self, state: Operand, operand: Operand) -> None:
        """The operand, in the quantization of the state, is what the next call finds in it."""
        if isinstance(state, Integers):
            value = self.integer_update(state, operand)
        else:
            assert isinstance(state, Activation)
            value = self.real_update(state, operand)
        assert not isinstance(state, Constant | Unquantized)
        self.graph.set_update(state.value, value)

    def integer_update(self, state: Integers, operand: Operand) -> str:
        if isinstance(operand, Constant):
            dtype = self.graph.types[state.value].dtype
            return self.graph.add_constant(operand.name, operand.data.astype(dtype))
        return self.current_name(operand.value)

    def real_update(self, state: Activation, operand: Operand) -> str:
        wanted, dtype = state.quantization, self.graph.types[state.value].dtype
        if isinstance(operand, Constant):
            data = quantized_data(operand.data, wanted, dtype)
            value = self.graph.add_constant(operand.name, data)
            self.graph.types[value] = replace(self.graph.types[value], quantization=wanted)
            return value
        if isinstance(operand, Unquantized):
            return self.quantized_input(operand, wanted, dtype)
        value = self.current_name(operand.value)
        assert isinstance(operand, Activation)
        given = self.graph.types[value].dtype
        if (operand.quantization, given) == (wanted, dtype):
            return value
        if (given, dtype) != ("int8", "int8"):
            return self.rescaled(replace(operand, value=value), wanted, dtype)
        steps = requantization(operand.quantization, wanted)
        return self.append("requantize", value, ".requantized", wanted, "", **steps)

    def current_name(self, value: str) -> str:
        return self.renamed.get(value, value)

    def output(self, result: Any, name: str, where: str) -> str:
        """The value of a result, which gets ``name``, if any, where a node computes it and no
        result before has named it."""
        if not isinstance(result, Node):
            raise TcmError(
                "an output of the model is not a tensor",
                where=where,
                expected="tensors, in tuples, lists and dicts",
                got=repr(result),
                hint="remove it from what forward returns",
            )
        operand = self.operands[result]
        if isinstance(operand, Constant):
            return self.constant_output(operand, where)
        value = self.current_name(operand.value)
        if value not in self.returned and self.graph.producer(value) is not None:
            value = self.named(operand.value, name)
        self.returned.add(value)
        return self.real_value(value, operand) if isinstance(operand, Activation) else value

    def named(self, value: str, name: str) -> str:
        """A result under ``name``; without one, under its operator's own name."""
        name = name or self.own_names.get(value, "")
        if name and name != self.current_name(value):
            self.make_way(name)
            self.rename(value, name)
        return self.current_name(value)

    def make_way(self, name: str) -> None:
        """A layer of this name that computes no result is called otherwise."""
        if name in self.graph.types and name not in self.returned and self.graph.producer(name):
            originals = {current: value for value, current in self.renamed.items()}
            self.rename(originals.get(name, name), name)

    def rename(self, value: str, wanted: str) -> None:
        name = self.graph.unique_name(wanted)
        self.graph.rename(self.current_name(value), name)
        self.renamed[value] = name

    def constant_output(self, constant: Constant, where: str) -> str:
        """Indices are int32, as everywhere."""
        data = constant.data
        if data.dtype != np.int64:
            return self.graph.add_constant(
                constant.name, data.astype(OUTPUT_DTYPES[data.dtype.kind])
            )
        if not INT32.low <= int(data.min()) <= int(data.max()) <= INT32.high:
            raise TcmError(
                "an output has integers beyond 32 bits",
                where=where,
                expected=f"{INT32.low} to {INT32.high}",
                got=f"{data.min()} to {data.max()}",
            )
        return self.graph.add_constant(constant.name, data.astype(np.int32))

    def real_value(self, value: str, operand: Activation) -> str:
        """The float form of a value, where the program returns that; made once."""
        if not operand.real:
            return value
        users = self.graph.users(value)
        known = next((user.output for user in users if user.op.dequantizes() is not None), None)
        if known is not None:
            return known
        fields = asdict(operand.quantization)
        return self.append("dequantize", value, ".float", None, **fields)

    def append(
        self,
        operator: str,
        value: str,
        suffix: str,
        quantization: Quantization | None,
        source: str = "",
        **fields: Any,
    ) -> str:
        """A node of one input that is named after that input."""
        op_class: Any = definition(operator).op
        return self.graph.add_node(
            op_class(**fields),
            (value,),
            f"{value}{suffix}",
            quantization=quantization,
            source=source,
        )


def _producer_respects_limits(node: Node) -> bool:
    """Whether the operator before a quantize node has clamped to the node's range already."""
    producer = node.args[0]
    pattern = pattern_of(producer) if isinstance(producer, Node) else None
    return pattern is not None and pattern.result is Result.OBSERVED


def state_dtype(data: np.ndarray) -> str:
    """Indices are int32, as everywhere."""
    return "bool" if data.dtype == np.bool_ else "int32"


def quantized_data(data: np.ndarray, quantization: Quantization, dtype: str) -> np.ndarray:
    return quantize_array(data, quantization.scale, quantization.zero_point, False, dtype)


def _not_quantized(node: Node, what: str | None = None) -> TcmError:
    what = what or f"the result of '{value_name(node)}' ({node.target})"
    return TcmError(
        f"{what} is not quantized",
        where=where(node),
        expected="a quantize node after the operator or after its activation",
        got="a float tensor; a compiled model never computes in float in the middle",
        hint="annotate this operator's output in the quantizer, or give the float model",
    )
