"""Builtin: what an operator's tflite.py declares about TensorFlow Lite, as ``BUILTINS``.

A builtin names an operator of TensorFlow Lite's schema, says what its tensors may be, and lowers
one use of it to the graph. The frontend finds builtins by looking into the operators' folders; it
has no list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from .call import TfliteCall


class Kind(Enum):
    """What a tensor among an operator's inputs is to the compiler."""

    ACTIVATION = "activation"
    """A value of the graph: computed, an input, or a constant with a scale."""
    CONSTANT = "constant"
    """Known when the model is compiled: weights, biases, axes."""
    SHAPE = "shape"
    """Read if it is constant; otherwise the shapes in the file say the same."""


@dataclass(frozen=True)
class Argument:
    """An input of a TensorFlow Lite operator, in the order in which the file lists them."""

    name: str
    kind: Kind = Kind.ACTIVATION
    dtypes: tuple[str, ...] = ("int8",)
    optional: bool = False


@dataclass(frozen=True)
class Builtin:
    """One operator of TensorFlow Lite and its lowering.

    name: as in the schema's BuiltinOperator.
    lower: emits nodes for one use and returns the name of the value that is its result.
    arguments: the operator's inputs.
    options: the schema's table of options ("Conv2DOptions"), None if none are read.
    outputs: the types that the result may have.
    """

    name: str
    lower: Callable[[TfliteCall], str]
    arguments: tuple[Argument, ...] = (Argument("input"),)
    options: str | None = None
    outputs: tuple[str, ...] = ("int8",)
