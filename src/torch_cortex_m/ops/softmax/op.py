"""softmax: over the last dimension, in integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.rows import reach_of_rows
from ..rules.window import check_offset
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_portable import PORTABLE_KERNELS, gives_int8

MAX_ROW_SIZE = 8191
"""The longest row whose sum of exponentials, each at most 2^19, always fits 32 bits."""


@dataclass(frozen=True)
class Softmax(Op):
    """Softmax over the last dimension.

    Tensors: input [..., N] int8, N at most 8191; mask bool, optional, in the shape of the input's
    last dimensions. Output: the input's shape, int8, with scale 1 / 256 and zero point -128; for
    ``output_bits`` 16, without a mask, int16 with scale 1 / 65536 and zero point -32768.

    What the mask has True for does not count: it gives -128, and all of a row without any other.

    An element's difference d to the largest of its row becomes the fixed point number
    (d << input_left_shift) * input_multiplier / 2^31 with 26 fractional bits; an element with
    d < ``diff_min`` counts as zero. ``exponential_scaling`` computes the three fields.
    Source: TensorFlow Lite 8-bit SOFTMAX on gemmlowp's fixed point functions; CMSIS-NN's
    arm_softmax_s8 gives the same values (where its shifts are defined: rows of 511 at most).
    """

    name: ClassVar[str] = "softmax"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("mask", ("bool",), optional=True),
    )
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_multiplier", "input_left_shift", "diff_min", "output_bits"}
    )

    input_multiplier: int
    input_left_shift: int
    diff_min: int
    output_bits: int = 8

    def __post_init__(self) -> None:
        largest = (1 << 31) - 1
        check_offset(self, "input_multiplier", self.input_multiplier, 0, largest)
        check_offset(self, "input_left_shift", self.input_left_shift, 0, 31)
        check_offset(self, "diff_min", self.diff_min, -largest - 1, largest)
        self.expect(self.output_bits in (8, 16), "output_bits", "8 or 16", self.output_bits)
        if self._wide:
            check_offset(self, "diff_min", self.diff_min, -largest - 1, 0)

    @property
    def _wide(self) -> bool:
        return self.output_bits == 16

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return f"int{self.output_bits}"

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["input"].shape
        self.expect(
            len(shape) >= 1 and 1 <= shape[-1] <= MAX_ROW_SIZE,
            "input",
            f"a last dimension of 1 to {MAX_ROW_SIZE}",
            f"shape {shape}",
        )
        if "mask" in types:
            mask = types["mask"].shape
            self.expect(not self._wide, "mask", "nothing, for int16", f"shape {mask}")
            fits = len(mask) >= 1 and mask == shape[-len(mask) :]
            self.expect(fits, "mask", f"the last dimensions of {shape}", mask)
        return shape

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return None if "mask" in types else reach_of_rows(types, argument, axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = self.output_shape(types)[-1]
        rows = types["input"].elements // row_size
        mask_rows = types["mask"].elements // row_size if "mask" in types else 0
        return super().constants(types) | {
            "rows": rows,
            "row_size": row_size,
            "mask_rows": mask_rows,
        }


OP = Softmax
KERNELS = [
    Kernel("softmax_s8__ref", applies=gives_int8, in_place=lambda layer: ("input",)),
    Kernel("softmax_s8_s16__ref", applies=lambda layer: not gives_int8(layer)),
    *PORTABLE_KERNELS,
    *MVE_KERNELS,
    *CMSIS_NN_KERNELS,
]
