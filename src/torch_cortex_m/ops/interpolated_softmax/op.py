"""interpolated_softmax: softmax of int16 over the last dimension, between the places of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..integers.softmax_tables import EXPONENTIALS, RECIPROCALS
from ..interfaces import Constants, Reach, Types
from ..rules.checks import check_multiplier
from ..rules.exponentials import LARGEST_SHIFT_OF_INT16
from ..rules.rows import reach_of_rows
from ..rules.window import check_offset

LONGEST_ROW = 1 << 15
"""Its exponentials, each below 2^15, add up within 30 bits."""


@dataclass(frozen=True, kw_only=True)
class InterpolatedSoftmax(Op):
    """Softmax over the last dimension of int16.

    Tensors: input [..., N] int16, N at most 2^15. Output: the same shape, int16 in Q0.15.

    ``multiplier`` and ``shift`` requantize the differences to a row's largest element, so that
    -65535 stands for -10; below that the exponential is that of -10. Exponentials and the
    reciprocal of their sum are interpolated between 513 places of a table.
    Source: TensorFlow Lite's SOFTMAX of int16; CMSIS-NN's arm_softmax_s16 gives the same values.
    """

    name: ClassVar[str] = "interpolated_softmax"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("int16",)),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"multiplier", "shift"})

    multiplier: int
    shift: int

    def __post_init__(self) -> None:
        check_multiplier(self, "", self.multiplier, self.shift)
        check_offset(self, "multiplier", self.multiplier, 0, (1 << 31) - 1)
        check_offset(self, "shift", self.shift, -31, LARGEST_SHIFT_OF_INT16)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["input"].shape
        fits = len(shape) >= 1 and shape[-1] <= LONGEST_ROW
        self.expect(fits, "input", f"a last dimension of 1 to {LONGEST_ROW}", f"shape {shape}")
        return shape

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = self.output_shape(types)[-1]
        sizes = {"rows": types["input"].elements // row_size, "row_size": row_size}
        return super().constants(types) | sizes

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return reach_of_rows(types, argument, axis)


OP = InterpolatedSoftmax
KERNELS = [
    Kernel(
        "interpolated_softmax_s16__ref",
        pack=lambda layer: {"exponentials": EXPONENTIALS, "reciprocals": RECIPROCALS},
        in_place=lambda layer: ("input",),
    )
]
