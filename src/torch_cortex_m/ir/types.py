"""Types of the values that flow through a graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

DTYPES = {"int8": 1, "int32": 4, "float32": 4}
"""Element types and their size in bytes; the names are NumPy's and PyTorch's."""


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: real = scale * (quantized - zero_point)."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class TensorType:
    """Shape (outermost dimension first), element type and, for int8 activations, quantization."""

    shape: tuple[int, ...]
    dtype: str = "int8"
    quantization: Quantization | None = None

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.elements * DTYPES[self.dtype]

    def with_shape(self, shape: tuple[int, ...]) -> TensorType:
        return replace(self, shape=shape)

    def __str__(self) -> str:
        text = f"{self.dtype}[{', '.join(str(size) for size in self.shape)}]"
        if self.quantization is None:
            return text
        return (
            f"{text} scale={self.quantization.scale:.9g} zero_point={self.quantization.zero_point}"
        )
