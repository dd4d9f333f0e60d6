"""Builtin: what an operator's tflite.py declares about TensorFlow Lite, as ``BUILTINS``.

A builtin names an operator of TensorFlow Lite's schema, says what its tensors may be, and lowers
one use of it to the graph. The frontend finds builtins by looking into the operators' folders; it
has no list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from .call import TfliteCall
from .file import FileTensor

BYTES = ("int8", "uint8")
"""Types of an operator that does with uint8 what it does with int8, where elements and zero points
are 128 less."""

ACTIVATIONS = (*BYTES, "int16")
"""Those of an operator that computes with int16, too, in kernels of its own."""

ACTIVATION_NAMES = {0: "NONE", 1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6", 4: "TANH"}
"""The schema's ActivationFunctionType, as far as operators have it."""


class Kind(Enum):
    """What a tensor among an operator's inputs is to the compiler."""

    ACTIVATION = "activation"
    """A value of the graph: computed, an input, or a constant with a scale."""
    CONSTANT = "constant"
    """Known when the model is compiled: weights, biases, axes."""
    OPERAND = "operand"
    """A constant, or else a value of the graph: weights that may be computed."""
    SHAPE = "shape"
    """Read if it is constant; otherwise the shapes in the file say the same."""
    STATE = "state"
    """A variable tensor: a state of the graph, which belongs to this use of the operator alone."""
    ABSENT = "absent"
    """What a form of the operator has that is not supported; it must be left out."""


@dataclass(frozen=True)
class Argument:
    """An input of a TensorFlow Lite operator, in the order in which the file lists them.

    repeated: the last one, which stands for one or more inputs; their names end in _0, _1, ...
    """

    name: str
    kind: Kind = Kind.ACTIVATION
    dtypes: tuple[str, ...] = ("int8",)
    optional: bool = False
    repeated: bool = False

    def is_value(self, tensor: FileTensor) -> bool:
        """Whether the tensor for it is a value of the graph."""
        computed = self.kind is Kind.OPERAND and tensor.data is None
        return computed or self.kind in (Kind.ACTIVATION, Kind.STATE)


@dataclass(frozen=True)
class Builtin:
    """One operator of TensorFlow Lite and its lowering.

    name: as in the schema's BuiltinOperator.
    lower: emits nodes for one use and returns the name of the value that is its result, or of
        several results all names.
    arguments: the operator's inputs.
    options: the schema's table of options ("Conv2DOptions"), None if none are read.
    outputs: the types that a result may have.
    several_outputs: whether it has any number of results, not one.
    converts: whether one of its tensors may be int8 where another one is uint8 or int16.
    activations: the fused activations that it may have, if its options say any.
    """

    name: str
    lower: Callable[[TfliteCall], str | tuple[str, ...]]
    arguments: tuple[Argument, ...] = (Argument("input"),)
    options: str | None = None
    outputs: tuple[str, ...] = ("int8",)
    several_outputs: bool = False
    converts: bool = False
    activations: tuple[str, ...] = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")

    def arguments_of(self, inputs: int) -> tuple[Argument, ...]:
        """What so many inputs are; optional ones may be missing at the end."""
        *others, last = self.arguments
        if not last.repeated:
            return self.arguments
        count = max(inputs - len(others), 1)
        repetitions = (replace(last, name=f"{last.name}_{place}") for place in range(count))
        return (*others, *repetitions)
