"""Builtin: what an operator's tflite.py declares about TensorFlow Lite, as ``BUILTINS``.

A builtin names an operator of TensorFlow Lite's schema, says what its tensors may be, and lowers
one use of it to the graph. The frontend finds builtins by looking into the operators' folders; it
has no list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..ir import Quantization

if TYPE_CHECKING:
    from .tflite_lowering import Call


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
class FileTensor:
    """A tensor of the file.

    dtype: NumPy's name where it has one, else the schema's in small letters ("int4").
    shape: as the file has it, sizes that it leaves open (-1) are 1; computed tensors may have any.
    signature: the shape with -1 for the sizes that are open.
    scales, zero_points: one element for the tensor or one per index of dimension ``axis``; empty
        where the tensor is not quantized.
    data: the elements of a constant, None if the tensor is not constant.
    unsupported: a storage that cannot be read ("sparse"), or None.
    """

    index: int
    name: str
    dtype: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    scales: np.ndarray
    zero_points: np.ndarray
    axis: int
    data: np.ndarray | None
    unsupported: str | None = None

    @property
    def quantization(self) -> Quantization:
        """Of a tensor with one scale, as the int8 values of the graph have it: uint8 data become
        int8 by subtracting 128, and so does their zero point."""
        zero_point = int(self.zero_points[0]) - (128 if self.dtype == "uint8" else 0)
        return Quantization(float(self.scales[0]), zero_point)


class Options(Protocol):
    """The options that the file gives for one use of an operator, by their names in the schema."""

    def number(self, name: str, default: float = 0) -> int | float:
        """A field of any number type; ``default`` where the operator has no options at all."""
        ...

    def vector(self, name: str) -> tuple[int, ...] | None:
        """A field that is a list of integers; None where it is left out."""
        ...


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
    lower: Callable[[Call], str]
    arguments: tuple[Argument, ...] = (Argument("input"),)
    options: str | None = None
    outputs: tuple[str, ...] = ("int8",)
