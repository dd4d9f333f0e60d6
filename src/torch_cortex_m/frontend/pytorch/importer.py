"""import: the fx program with quantize and dequantize nodes becomes a graph.

Every float tensor of the program is the dequantized form of an int8 value of the graph, so that
the nodes between them vanish: a weighted sum takes its result's parameters from the quantize node
that follows it, and what only moves data keeps its input's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ir import INT8, Graph, Quantization, limits
from ...ir.artifacts import Loss
from ...ops.pytorch.call import (
    Activation,
    Constant,
    Integers,
    Operand,
    PytorchCall,
    Unquantized,
)
from ...ops.pytorch.function import lower_function
from ...ops.pytorch.node import arguments, is_real, tensor_arguments
from ...ops.pytorch.pattern import Pattern, Result
from .constant_operands import dequantized, moved, operand_name
from .conversions import Conversions
from .functions import OneTensorFunction, find_functions
from .losses import LOSS
from .outputs import Outputs
from .patterns import activation_range, fused_activations, pattern_of, results
from .placeholders import add_input, add_state
from .program import constant_name, constant_value
from .quantized import is_dequantize, is_quantize, node_quantization
from .result_quantization import (
    following,
    parts_quantization,
    result_quantization,
    table_quantization,
)
from .source import value_name, where
from .states import is_state

Lost = Callable[[str, Loss], None]
"""Told of a value and what quantization costs it."""


def import_quantized(module: GraphModule, name: str, lost: Lost | None = None) -> Graph:
    """The graph of a quantized fx program. Raises TcmError for what is not int8.

    lost: called with what quantize nodes say they cost, and the values that they give."""
    importer = _Importer(module, Graph(name))
    for node in module.graph.nodes:
        importer.add(node)
    importer.graph.remove_unused()
    if lost is not None:
        for value, loss in importer.losses():
            lost(value, loss)
    return importer.graph


class _Importer:
    """``operands`` says what each fx node has become."""

    def __init__(self, module: GraphModule, graph: Graph) -> None:
        self.module = module
        self.graph = graph
        self.functions = find_functions(module)
        self.operands: dict[Node, Operand] = {}
        self.conversions = Conversions(graph)
        self.outputs = Outputs(graph, self.conversions)

    def losses(self) -> Iterator[tuple[str, Loss]]:
        """Of what is left in the graph, by the names that it has there."""
        for node, operand in self.operands.items():
            if LOSS in node.meta and isinstance(operand, Activation):
                value = self.outputs.current_name(operand.value)
                if value in self.graph.types:
                    yield value, node.meta[LOSS]

    def add(self, node: Node) -> None:
        if is_state(node):
            self.operands[node] = add_state(self.graph, node, self.module)
        elif node.op == "placeholder":
            self.operands[node] = add_input(self.graph, node, self.module)
        elif node.op == "get_attr":
            data = constant_value(self.module, node).cpu().numpy()
            self.operands[node] = Constant(constant_name(node), data)
        elif node.op == "output":
            self.outputs.add(node, self.module, self.operands)
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

    def quantize(self, node: Node) -> Operand:
        """Nothing, where the parameters are those that the tensor has; else a node."""
        wanted = node_quantization(node, self.module)
        operand = self.operands[node.args[0]]  # type: ignore[index]
        if isinstance(operand, Unquantized):
            value = self.conversions.quantized(operand, wanted.quantization, wanted.dtype)
            operand = Activation(value, wanted.quantization)
        if not isinstance(operand, Activation):
            raise TcmError(
                "a constant is quantized in a way that is not understood",
                where=where(node),
                expected="one scale and one zero point for all of the constant",
                hint="let the quantizer treat it as it does an activation",
            )
        value, given = operand.value, self.graph.types[operand.value].dtype
        full_range = wanted.limits == limits(given)
        produced_here = given == wanted.dtype and _producer_respects_limits(node)
        if operand.quantization != wanted.quantization or not (full_range or produced_here):
            value = self.conversions.converted(value, operand.quantization, wanted, where(node))
        return Activation(value, wanted.quantization, real=False)

    def dequantize(self, node: Node) -> Operand:
        operand = self.operands[node.args[0]]  # type: ignore[index]
        if isinstance(operand, Constant):
            return dequantized(node, operand, self.operands)
        wanted = node_quantization(node, self.module).quantization
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
        result = result_quantization(node, chain[-1], pattern, operands, self.module)
        call = PytorchCall(
            graph=self.graph,
            node=node,
            arguments=arguments(node),
            operands=operands,
            name=value_name(node),
            source=where(node),
            result=None if result is None else result.quantization,
            activation=_clamp(chain, pattern),
            limits=INT8 if result is None else result.limits,
        )
        if pattern.recurrence is not None:
            call.parts = parts_quantization(node, self.module)
        own_name = self.graph.unique_name(call.name)
        lowered = pattern.lower(call)
        if isinstance(lowered, str) and own_name in self.graph.types:
            self.outputs.own_names[lowered] = own_name
        if isinstance(lowered, tuple):
            for place, part in results(node):
                quantization = call.parts.get(place, call.result)
                self.operands[part] = self.result(part, lowered[place], quantization)
        else:
            self.operands |= {part: self.result(part, lowered, call.result) for part in chain}

    def function(self, node: Node, function: OneTensorFunction) -> None:
        """A table for what is a function of one tensor."""
        pattern = pattern_of(node)
        assert pattern is not None
        result = table_quantization(node, pattern, self.module)
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

    def result(self, node: Node, value: str, quantization: Quantization | None) -> Operand:
        """What a node has become, whose result the graph has as ``value``."""
        if not is_real(node.meta["val"]):
            return Integers(value)
        if self.graph.types[value].dtype == "float32":
            return Unquantized(value)
        assert quantization is not None
        return Activation(value, quantization, real=node.meta["val"].dtype == torch.float32)

    def operands_of(self, node: Node, pattern: Pattern) -> dict[str, Operand]:
        """The tensors among the arguments, constants under their names for the user."""
        operands: dict[str, Operand] = {}
        for argument, value in tensor_arguments(node).items():
            operand = self.operands[value]
            if isinstance(operand, Constant):
                name = operand_name(node, pattern, argument, operand)
                operand = replace(operand, name=name)
            operands[argument] = operand
        first = operands.get(pattern.inputs[0])
        if pattern.result is Result.SHARED and isinstance(first, Unquantized):
            met = following(node, self.module)
            if met is not None:
                value = self.conversions.quantized(first, met.quantization)
                operands[pattern.inputs[0]] = Activation(value, met.quantization)
        return operands


def _clamp(chain: list[Node], pattern: Pattern) -> tuple[float, float]:
    """The real range to which an operator and the activations fused with it clamp."""
    return activation_range(chain if pattern.activation_range is not None else chain[1:])


def _producer_respects_limits(node: Node) -> bool:
    """Whether the operator before a quantize node has clamped to the node's range already."""
    producer = node.args[0]
    pattern = pattern_of(producer) if isinstance(producer, Node) else None
    return pattern is not None and pattern.result is Result.OBSERVED
