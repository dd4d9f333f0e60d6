"""pair_table: any function of two int8, element by element, with broadcasting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel, Layer, TensorArgument
from ..integers.bounds import Array
from ..integers.tables import VALUES
from ..rules.broadcasting import BroadcastingOp, operands, operands_not_broadcast

PLACES = ("rows", "columns")


@dataclass(frozen=True)
class PairTable(BroadcastingOp):
    """table[rows[input + 128], columns[other + 128]], element by element.

    Tensors: input and other as BroadcastingOp has them, int8; the constants table, int8 of rank 2,
    and rows and columns, uint8 [256], which say where in it a value's results are: values with the
    same results share them. Output: the broadcast shape, int8.
    """

    name: ClassVar[str] = "pair_table"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        *operands("int8"),
        TensorArgument("table"),
        *(TensorArgument(name, ("uint8",)) for name in PLACES),
    )
    quantization_data: ClassVar[frozenset[str]] = frozenset({"table", *PLACES})
    elementwise: ClassVar[bool] = False

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["table"].shape
        fits = len(shape) == 2 and max(shape) <= VALUES.size
        self.expect(fits, "table", f"rank 2, sizes of {VALUES.size} at most", shape)
        for name in PLACES:
            shape = types[name].shape
            self.expect(shape == VALUES.shape, name, f"shape {VALUES.shape}", shape)
        return super().output_shape(types)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"row_elements": types["table"].shape[1]}


def _pack(layer: Layer) -> dict[str, Array]:
    """The places for 0 to 127, then those for -128 to -1, in the order of bytes."""
    places = {name: np.roll(layer.constants[name], INT8.low) for name in PLACES}
    return {**layer.constants, **places}


OP = PairTable
KERNELS = [Kernel("pair_table_s8__ref", pack=_pack, in_place=operands_not_broadcast)]
