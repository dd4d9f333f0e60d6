"""import_tflite: a .tflite file becomes a graph."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

from ...errors import EXPORT_AGAIN, TcmError
from ...ir import INT8, Graph, Port, Quantization, TensorType, verify
from ...ops import operator as make_operator
from ...ops.integers.accumulators import check_accumulators
from ...ops.tflite.builtin import Kind
from ...ops.tflite.call import TfliteCall
from ...ops.tflite.file import FileTensor
from ...stages import stage
from .builtins import builtins
from .model import FileModel, FileOperator
from .reader import read_file, read_model
from .support import check_supported, needed_operators
from .variables import OPERATORS as VARIABLE_OPERATORS
from .variables import Variables

MOST_ELEMENTS = 1 << 28
"""Of all tensors together, bytes where they are constant; far more than a microcontroller holds."""

LARGEST_SIZE = 1 << 20
"""Of one dimension."""

INPUT_DTYPES = ("int8", "uint8", "bool", "int16", "int32", "float32")

NOT_INT8 = ("bool", "int16", "int32", "float32")
"""Types of inputs and outputs that the graph has as the file does."""


@stage("graph")
def import_tflite(
    path: str | os.PathLike[str], *, name: str = "model", float_io: bool = False
) -> Graph:
    """The int8 graph of a model.

    path: a fully quantized .tflite file. name: the graph's name.
    float_io: int8 inputs and outputs become float32, with quantize and dequantize nodes.

    Inputs and outputs have the file's shapes, layouts, types, scales and zero points; between them
    uint8 is int8, 128 less. Raises TcmError for a file that is damaged or cannot be
    compiled; one error lists all operators that are not supported.
    """
    try:
        return import_content(read_file(Path(path)), name=name, float_io=float_io)
    except TcmError as error:
        raise error.inside(str(path)) from None


def import_content(data: bytes, *, name: str = "model", float_io: bool = False) -> Graph:
    """``import_tflite`` of a file's content."""
    model = read_model(data)
    operators = needed_operators(model)
    check_supported(model, operators)
    graph = _Importer(model, Graph(name), float_io).run(operators)
    verify(graph)
    check_accumulators(graph)
    return graph


class _Importer:
    """``values`` says which value of the graph each tensor of the file has become."""

    def __init__(self, model: FileModel, graph: Graph, float_io: bool) -> None:
        self.subgraph = model.main
        self.graph = graph
        self.variables = Variables(model, graph)
        self.float_io = float_io
        self.values: dict[int, str] = {}
        self.elements = 0
        self.counted: set[int] = set()

    def run(self, operators: list[FileOperator]) -> Graph:
        for index in self.subgraph.inputs:
            self._add_input(self.subgraph.tensors[index])
        for operator in operators:
            self._add_operator(operator)
        for index in self.subgraph.outputs:
            self._add_output(self.subgraph.tensors[index])
        return self.graph

    def _add_input(self, tensor: FileTensor) -> None:
        where = f"input '{tensor.name}'"
        if tensor.index in self.values:
            raise TcmError("a tensor is an input twice", where=where, hint=EXPORT_AGAIN)
        if tensor.dtype not in INPUT_DTYPES:
            raise TcmError(
                "the type of an input is not supported",
                where=where,
                expected=f"{', '.join(INPUT_DTYPES[:-1])} or {INPUT_DTYPES[-1]}",
                got=tensor.dtype,
                hint="convert the model again with inference_input_type=tf.int8",
            )
        if -1 in tensor.signature[1:] or min(tensor.shape, default=1) < 1:
            raise TcmError(
                "an input has no fixed shape",
                where=where,
                expected="sizes of at least 1; only the first may be left open (it becomes 1)",
                got=tensor.signature,
                hint="convert the model with the shape that the firmware will use",
            )
        self.values[tensor.index] = self._input_value(tensor)
        self.graph.inputs[-1] = replace(self.graph.inputs[-1], ties_away=True, keeps_layout=True)
        self._limit(self.values[tensor.index])

    def _input_value(self, tensor: FileTensor) -> str:
        if tensor.dtype in NOT_INT8:
            quantization = tensor.quantization if tensor.quantized else None
            type_ = TensorType(tensor.shape, tensor.dtype, quantization)
            return self.graph.add_input(tensor.name, type_)
        quantization = _edge_quantization(tensor, "input")
        if self.float_io:
            value = self.graph.add_input(tensor.name, TensorType(tensor.shape, "float32"))
            op = make_operator("quantize", **asdict(quantization), ties_away=True)
            return self.graph.add_node(
                op, (value,), f"{tensor.name}.int8", quantization=quantization
            )
        if tensor.dtype == "uint8":
            type_ = TensorType(tensor.shape, "uint8", tensor.stored_quantization)
            value = self.graph.add_input(tensor.name, type_)
            flip = make_operator("flip_sign_bit")
            return self.graph.add_node(
                flip, (value,), f"{tensor.name}.int8", quantization=quantization
            )
        return self.graph.add_input(tensor.name, TensorType(tensor.shape, "int8", quantization))

    def _add_output(self, tensor: FileTensor) -> None:
        where = f"output '{tensor.name}'"
        if tensor.index not in self.values:
            raise TcmError(
                "an output does not depend on the inputs",
                where=where,
                expected="what the operators compute from the inputs",
                hint="leave this output, which is always the same, out of the model",
            )
        value = self.values[tensor.index]
        if self.float_io and tensor.dtype not in NOT_INT8:
            quantization = _edge_quantization(tensor, "output")
            op = make_operator("dequantize", **asdict(quantization))
            value = self.graph.add_node(op, (value,), f"{tensor.name}.float32")
        elif tensor.dtype == "uint8":
            value = self._unsigned(tensor, value)
        shape = self.graph.types[value].shape
        self.graph.outputs.append(Port(value, shape, keeps_layout=True))

    def _unsigned(self, tensor: FileTensor, value: str) -> str:
        """The uint8 values of an output, by its own name; they are int8 in the graph."""
        name = value
        if self.graph.producer(value) is not None:
            value = self.graph.unique_name(f"{name}.int8")
            self.graph.rename(name, value)
            self.values = {i: value if v == name else v for i, v in self.values.items()}
        flip, quantization = make_operator("flip_sign_bit"), tensor.stored_quantization
        return self.graph.add_node(flip, (value,), tensor.name, quantization=quantization)

    def _add_operator(self, operator: FileOperator) -> None:
        place = self.subgraph.place(operator)
        outputs = tuple(self.subgraph.tensors[index] for index in operator.outputs)
        for output in outputs:
            if output.index in self.values:
                raise TcmError(
                    "a tensor is computed twice", where=place, got=output.name, hint=EXPORT_AGAIN
                )
        if operator.name in VARIABLE_OPERATORS:
            self._add_use_of_variable(operator)
            return
        builtin = builtins()[operator.name]
        present = [
            (argument, self.subgraph.tensors[index])
            for argument, index in zip(
                builtin.arguments_of(len(operator.inputs)), operator.inputs, strict=False
            )
            if index >= 0
        ]
        call = TfliteCall(
            self.graph,
            {argument.name: tensor for argument, tensor in present},
            {
                argument.name: self._operand(argument.kind, tensor, operator)
                for argument, tensor in present
                if argument.is_value(tensor)
            },
            operator.options,
            outputs,
            f"operator {operator.index} {operator.name}",
            place,
        )
        nodes, constants = len(self.graph.nodes), len(self.graph.constants)
        results = builtin.lower(call)
        values = results if isinstance(results, tuple) else (results,)
        self.values |= {output.index: value for output, value in zip(outputs, values, strict=True)}
        for node in self.graph.nodes[nodes:]:
            for value in node.outputs:
                self._limit(value)
        added = len(self.graph.constants) - constants
        for name in islice(reversed(self.graph.constants), added):
            self._limit_constant(name)

    def _add_use_of_variable(self, operator: FileOperator) -> None:
        if operator.name == "READ_VARIABLE":
            self.values[operator.outputs[0]] = value = self.variables.read(operator)
            self._limit(value)
        elif operator.name == "ASSIGN_VARIABLE":
            tensor = self.subgraph.tensors[operator.inputs[1]]
            self.variables.assign(operator, self._value(tensor, operator))

    def _operand(self, kind: Kind, tensor: FileTensor, operator: FileOperator) -> str:
        if kind is not Kind.STATE:
            return self._value(tensor, operator)
        state = self.variables.of_operator(tensor, self.subgraph.place(operator))
        self._limit(state)
        return state

    def _value(self, tensor: FileTensor, operator: FileOperator) -> str:
        """The graph's value of an activation, which may be a constant too."""
        if tensor.index in self.values:
            return self.values[tensor.index]
        if tensor.data is None:
            raise TcmError(
                "a tensor is read before it is computed",
                where=self.subgraph.place(operator),
                expected="operators in the order of execution",
                got=f"tensor {tensor.index} '{tensor.name}'",
                hint=EXPORT_AGAIN,
            )
        value = self.graph.add_constant(tensor.name, tensor.data)
        if tensor.quantized:
            type_ = self.graph.types[value]
            self.graph.types[value] = replace(type_, quantization=tensor.quantization)
        self.values[tensor.index] = value
        return value

    def _limit(self, value: str) -> None:
        """Raises TcmError if the graph gets larger than what any core could hold."""
        self._count(value, self.graph.types[value].elements)

    def _limit_constant(self, name: str) -> None:
        """The same for a constant, whose memory counts once however many operators share it."""
        data = self.graph.constants[name]
        owner = data if data.base is None else data.base
        if id(owner) not in self.counted:
            self.counted.add(id(owner))
            self._count(name, data.nbytes)

    def _count(self, value: str, elements: int) -> None:
        type_ = self.graph.types[value]
        self.elements += elements
        if max(type_.shape, default=1) > LARGEST_SIZE or self.elements > MOST_ELEMENTS:
            raise TcmError(
                "the model is too large for a microcontroller",
                where=f"'{value}'",
                expected=f"at most {LARGEST_SIZE} in each dimension, {MOST_ELEMENTS} in all",
                got=f"shape {type_.shape}, {self.elements} elements so far",
                hint="take a smaller model, or smaller inputs",
            )


def _edge_quantization(tensor: FileTensor, kind: str) -> Quantization:
    """Of an int8 or uint8 input or output, which an operator need not have checked."""
    quantization = tensor.quantization if tensor.scales.size == 1 else None
    if quantization is None or not INT8.low <= quantization.zero_point <= INT8.high:
        raise TcmError(
            f"an {kind} has no usable scale",
            where=f"{kind} '{tensor.name}'",
            expected="one scale and one zero point of its type",
            got=f"{tensor.scales.size} scales",
            hint="convert the model again with full integer quantization",
        )
    return quantization
