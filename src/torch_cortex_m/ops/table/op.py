"""table: any function of one int8, element by element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.bounds import Array, Bounds, any_int8
from ..interfaces import Constants, Types
from .kernels_bytes import BYTE_KERNELS

ENTRIES = 256


@dataclass(frozen=True)
class Table(Op):
    """table[input + 128], element by element: the first entry is the output for -128.

    Tensors: input int8, any shape. Output: the same shape, int8. ``table`` has 256 int8 entries;
    with ``truth`` these are 0 and 1, and the output is bool.
    """

    name: ClassVar[str] = "table"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"table"})
    elementwise: ClassVar[bool] = True

    table: tuple[int, ...]
    truth: bool = False

    def __post_init__(self) -> None:
        count = len(self.table)
        self.expect(count == ENTRIES, "table", f"{ENTRIES} entries", f"{count} entries")
        low, high = (0, 1) if self.truth else INT8
        outside = [entry for entry in self.table if not low <= entry <= high]
        self.expect(not outside, "table", f"entries in [{low}, {high}]", outside[:3])

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "bool" if self.truth else "int8"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return {"elements": types["input"].elements}

    def element_table(self, types: Types, constants: Constants) -> tuple[str, Array] | None:
        return None if self.truth else ("input", np.array(self.table, np.int8))

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        """Of the entries that the inputs can reach."""
        if self.truth:
            return None
        inputs = given.get("input", any_int8((1, *types["input"].shape)[-1]))
        reached = [
            self.table[low - INT8.low : high - INT8.low + 1]
            for low, high in zip(inputs.low, inputs.high, strict=True)
        ]
        return Bounds(np.array([min(r) for r in reached]), np.array([max(r) for r in reached]))


OP = Table
KERNELS = [
    Kernel(
        "table_s8__ref",
        pack=lambda layer: {"table": np.array(layer.op.table, np.int8)},
        in_place=lambda layer: ("input",),
    ),
    *BYTE_KERNELS,
]
