"""What a TensorFlow Lite file says of an operator: its tensors and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...ir import INT8, Quantization


@dataclass(frozen=True)
class FileTensor:
    """A tensor of the file.

    dtype: NumPy's name where it has one, else the schema's in small letters ("int4").
    shape: as the file has it, sizes that it leaves open (-1) are 1; computed tensors may have any.
    signature: the shape with -1 for the sizes that are open.
    scales, zero_points: one element for the tensor or one per index of dimension ``axis``; empty
        where the tensor is not quantized.
    data: the elements of a constant, those of int4 and, 128 less, those of uint8 as int8; None if
        the tensor is not constant.
    unsupported: a storage that cannot be read ("sparse"), or None.
    variable: whether it lives between calls.
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
    variable: bool = False

    @property
    def value_dtype(self) -> str:
        """The type that it has in the graph."""
        return "int8" if self.dtype == "uint8" else self.dtype

    @property
    def quantized(self) -> bool:
        """Whether its integers stand for real numbers."""
        return self.scales.size > 0 and self.dtype != "float32"

    @property
    def quantization(self) -> Quantization:
        """Of a tensor with one scale, as the int8 values of the graph have it: uint8 data become
        int8 by subtracting 128, and so does their zero point."""
        zero_point = int(self.zero_points[0]) + (INT8.low if self.dtype == "uint8" else 0)
        return Quantization(float(self.scales[0]), zero_point)

    @property
    def stored_quantization(self) -> Quantization:
        """Of a tensor with one scale, as the file has it."""
        return Quantization(float(self.scales[0]), int(self.zero_points[0]))


class Options(Protocol):
    """The options that the file gives for one use of an operator, by their names in the schema."""

    def number(self, name: str, default: float = 0) -> int | float:
        """A field of any number type; ``default`` where the operator has no options at all."""
        ...

    def text(self, name: str) -> str:
        """A field that is a text; "" where it is left out."""
        ...

    def vector(self, name: str) -> tuple[int, ...] | None:
        """A field that is a list of integers; None where it is left out."""
        ...
