"""Variables of a .tflite file: tensors that live between calls become states of the graph.

VAR_HANDLE names a variable, READ_VARIABLE and ASSIGN_VARIABLE take it by its handle, and the
subgraph that CALL_ONCE runs before anything else assigns the initial values. What is left out of it
begins with its zero point, as in TFLite-Micro. So do the variable tensors that recurrent operators
have among their inputs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import TcmError
from ...ir import Graph, TensorType
from ...ops.tflite.file import FileTensor
from .model import FileModel, FileOperator, FileSubgraph

OPERATORS = ("ASSIGN_VARIABLE", "CALL_ONCE", "READ_VARIABLE", "VAR_HANDLE")
DTYPES = ("int8", "int16", "int32", "float32")


def variable_problems(model: FileModel, operator: FileOperator) -> Iterator[str]:
    """What keeps a use of a variable in the main subgraph from being compiled."""
    if operator.name == "CALL_ONCE":
        yield from _initialization_problems(model, operator)
    elif operator.name != "VAR_HANDLE":
        yield from _use_problems(model.main, operator)


def _initialization_problems(model: FileModel, operator: FileOperator) -> Iterator[str]:
    if any(_uses_a_variable(earlier) for earlier in model.main.operators[: operator.index]):
        yield "it does not come before what uses variables"
    (index,) = operator.subgraphs
    subgraph = model.subgraphs[index]
    computed = {each.name for each in subgraph.operators} - {"VAR_HANDLE", "ASSIGN_VARIABLE"}
    if computed:
        yield f"its subgraph computes ({', '.join(sorted(computed))})"
        return
    for assignment in _assignments(subgraph):
        yield from _use_problems(subgraph, assignment)
        if subgraph.tensors[assignment.inputs[-1]].data is None:
            yield "its subgraph assigns what is not constant"


def _uses_a_variable(operator: FileOperator) -> bool:
    return operator.name in ("READ_VARIABLE", "ASSIGN_VARIABLE")


def _assignments(subgraph: FileSubgraph) -> list[FileOperator]:
    return [each for each in subgraph.operators if each.name == "ASSIGN_VARIABLE"]


def _use_problems(subgraph: FileSubgraph, operator: FileOperator) -> Iterator[str]:
    operands = operator.inputs + operator.outputs
    if len(operands) != 2 or min(operands) < 0:
        yield f"it has {len(operator.inputs)} inputs and {len(operator.outputs)} outputs"
        return
    handle, value = operands
    if handle not in _handles(subgraph):
        yield "its variable is not the result of a VAR_HANDLE"
    dtype = subgraph.tensors[value].dtype
    if dtype not in DTYPES:
        yield f"its value is {dtype}, not {' or '.join(DTYPES)}"


def _handles(subgraph: FileSubgraph) -> dict[int, str]:
    """Tensor -> name of the variable that it is the handle of."""
    return {
        output: operator.options.text("SharedName")
        for operator in subgraph.operators
        if operator.name == "VAR_HANDLE"
        for output in operator.outputs
    }


def _initial_values(model: FileModel) -> dict[str, FileTensor]:
    """Name of a variable -> the constant that it begins with."""
    found: dict[str, FileTensor] = {}
    for operator in model.main.operators:
        if operator.name == "CALL_ONCE":
            subgraph = model.subgraphs[operator.subgraphs[0]]
            handles = _handles(subgraph)
            for assignment in _assignments(subgraph):
                handle, value = assignment.inputs
                found[handles[handle]] = subgraph.tensors[value]
    return found


class Variables:
    """The variables that the operators of the main subgraph use, as states of the graph."""

    def __init__(self, model: FileModel, graph: Graph) -> None:
        self.graph = graph
        self.subgraph = model.main
        self.handles = _handles(model.main)
        self.initial = _initial_values(model)
        self.states: dict[str, str] = {}
        self.current: dict[str, str] = {}
        """What reading a variable gives now: its state until it is assigned."""
        self.owned: set[int] = set()
        """The variable tensors of operators."""

    def read(self, operator: FileOperator) -> str:
        """The value that READ_VARIABLE gives."""
        (handle,), (output,) = operator.inputs, operator.outputs
        tensor, place = self.subgraph.tensors[output], self.subgraph.place(operator)
        name = self.handles[handle]
        self._state(name, tensor, place)
        value = self.current[name]
        self._check_type(name, self.graph.types[value], _type(tensor), place)
        return value

    def assign(self, operator: FileOperator, value: str) -> None:
        """Lets the next call find ``value``, and what reads the variable later in this one."""
        handle, assigned = operator.inputs
        tensor, place = self.subgraph.tensors[assigned], self.subgraph.place(operator)
        name = self.handles[handle]
        state = self._state(name, tensor, place)
        if self.current[name] != state:
            raise TcmError(
                f"variable '{name}' is assigned twice in one call",
                where=place,
                expected="one ASSIGN_VARIABLE a variable",
                got="another one before it",
                hint="assign it once, at the end, and convert the model again",
            )
        self._check_type(name, self.graph.types[state], self.graph.types[value], place)
        self.current[name] = value
        self.graph.set_update(state, value)

    def of_operator(self, tensor: FileTensor, place: str) -> str:
        """The state that a variable tensor of an operator becomes."""
        if tensor.index in self.owned:
            raise TcmError(
                f"variable '{tensor.name}' belongs to two operators",
                where=place,
                expected="a variable tensor of its own",
                got="that of an operator before it",
                hint="give each layer a state of its own, and convert the model again",
            )
        self.owned.add(tensor.index)
        type_ = _type(tensor)
        return self.graph.add_state(tensor.name, _zeros(type_), type_.quantization)

    def _state(self, name: str, tensor: FileTensor, place: str) -> str:
        """The state of a variable that has the type of ``tensor``, added where it is used first."""
        if name not in self.states:
            type_ = _type(tensor)
            given = self.initial.get(name)
            if given is not None:
                self._check_type(name, _type(given), type_, place)
            initial = _zeros(type_) if given is None or given.data is None else given.data
            state = self.graph.add_state(name, initial, type_.quantization)
            self.states[name] = self.current[name] = state
        return self.states[name]

    def _check_type(self, name: str, known: TensorType, given: TensorType, place: str) -> None:
        if known != given:
            raise TcmError(
                f"variable '{name}' changes its type",
                where=place,
                expected=f"{known}, as before",
                got=given,
                hint="give the variable one shape, type and scale wherever it is used",
            )


def _type(tensor: FileTensor) -> TensorType:
    quantization = tensor.quantization if tensor.quantized else None
    return TensorType(tensor.shape, tensor.dtype, quantization)


def _zeros(type_: TensorType) -> np.ndarray:
    """TFLite-Micro fills every byte with the zero point."""
    zero = 0 if type_.quantization is None else type_.quantization.zero_point
    if type_.dtype == "int8":
        return np.full(type_.shape, zero, np.int8)
    return np.zeros(type_.shape, type_.dtype)
