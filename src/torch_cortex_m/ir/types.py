"""Types of the values that flow through a graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

import numpy as np


class Limits(NamedTuple):
    """The least and the largest value of an integer type."""

    low: int
    high: int

    @staticmethod
    def of_bits(bits: int, *, signed: bool = True) -> Limits:
        return (
            Limits(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
            if signed
            else Limits(0, (1 << bits) - 1)
        )

    @property
    def span(self) -> int:
        """The largest difference of two values."""
        return self.high - self.low

    def negated(self) -> Limits:
        """Of what is minus such a value, as an input's offset is minus its zero point."""
        return Limits(-self.high, -self.low)


class Dtype(NamedTuple):
    """An element type.

    storage: the NumPy type that holds an element in arrays, files and memory; a narrower type such
        as int4 takes a byte each until a kernel packs it.
    limits: None for types that are not integers.
    """

    storage: str
    bytes: int
    limits: Limits | None = None


DTYPES = {
    "int4": Dtype("int8", 1, Limits.of_bits(4)),
    "int8": Dtype("int8", 1, Limits.of_bits(8)),
    "uint8": Dtype("uint8", 1, Limits.of_bits(8, signed=False)),
    "int16": Dtype("int16", 2, Limits.of_bits(16)),
    "int32": Dtype("int32", 4, Limits.of_bits(32)),
    "int64": Dtype("int64", 8, Limits.of_bits(64)),
    "bool": Dtype("bool", 1),
    "float32": Dtype("float32", 4),
}
"""Element types by name; the names are NumPy's and PyTorch's where these have the type."""


def limits(dtype: str) -> Limits:
    """The least and the largest value of an integer type. Raises ValueError for other types."""
    found = DTYPES[dtype].limits
    if found is None:
        raise ValueError(f"{dtype} is no integer type")
    return found


INT8 = limits("int8")
INT16 = limits("int16")
INT32 = limits("int32")


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: real = scale * (quantized - zero_point)."""

    scale: float
    zero_point: int


BYTES = Quantization(1.0, INT8.low)
"""How int8 stands for uint8: 128 less."""


@dataclass(frozen=True)
class TensorType:
    """Shape (outermost dimension first), element type and, for quantized activations, how their
    integers stand for real numbers."""

    shape: tuple[int, ...]
    dtype: str = "int8"
    quantization: Quantization | None = None

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def element_bytes(self) -> int:
        return DTYPES[self.dtype].bytes

    @property
    def bytes(self) -> int:
        return self.elements * self.element_bytes

    @property
    def storage(self) -> str:
        """The NumPy type of an array of this type."""
        return DTYPES[self.dtype].storage

    @property
    def limits(self) -> Limits:
        """The least and the largest element. Raises ValueError where there are no integers."""
        return limits(self.dtype)

    def holds(self, data: np.ndarray) -> bool:
        """Whether the elements of an array of the storage's type are all of this type."""
        narrow = DTYPES[self.dtype].limits if self.storage != self.dtype else None
        if narrow is None or not data.size:
            return True
        return bool(data.min() >= narrow.low and data.max() <= narrow.high)

    def with_shape(self, shape: tuple[int, ...]) -> TensorType:
        return replace(self, shape=shape)

    def __str__(self) -> str:
        text = f"{self.dtype}[{', '.join(str(size) for size in self.shape)}]"
        if self.quantization is None:
            return text
        return (
            f"{text} scale={self.quantization.scale:.9g} zero_point={self.quantization.zero_point}"
        )
