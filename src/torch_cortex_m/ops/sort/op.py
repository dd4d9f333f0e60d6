"""sort: the first of a row's elements in order, and where they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Layer, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.checks import check_max_rank
from ..rules.rows import reach_of_rows

LARGEST_ROW = 1 << 15


@dataclass(frozen=True)
class Sort(Op):
    """The ``kept`` first elements of each row in order, equal ones in the order that they had.

    Tensors: input [..., N] int8 or int32, rank 1 to 6, N at most 2^15.
    Outputs: values [..., kept], of the input's type and quantization, and indices [..., kept]
    int32, the places in the row that they had.
    Source: numpy.sort and numpy.argsort, stable.
    """

    name: ClassVar[str] = "sort"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int8", "int32")),)
    outputs: ClassVar[tuple[str, ...]] = ("values", "indices")

    kept: int
    descending: bool = False

    def __post_init__(self) -> None:
        self.expect(self.kept >= 1, "kept", "at least 1", self.kept)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        check_max_rank(self, types, "input")
        shape = types["input"].shape
        fits = len(shape) >= 1 and self.kept <= shape[-1] <= LARGEST_ROW
        expected = f"a last dimension of {self.kept} to {LARGEST_ROW}"
        self.expect(fits, "input", expected, f"shape {shape}")
        kept = (*shape[:-1], self.kept)
        return TensorType(kept, types["input"].dtype), TensorType(kept, "int32")

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return reach_of_rows(types, argument, axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = types["input"].shape[-1]
        rows = types["input"].elements // row_size
        return super().constants(types) | {"rows": rows, "row_size": row_size}


def _counters(layer: Layer) -> int:
    """One for each int8 value."""
    return 4 * 256


OP = Sort
KERNELS = [
    Kernel("sort_s8__ref", dtypes=("int8",), scratch_bytes=_counters),
    Kernel("sort_s32__ref", dtypes=("int32",)),
]
