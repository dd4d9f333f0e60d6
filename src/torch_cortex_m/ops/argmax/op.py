"""argmax: the place of the largest or the smallest element over one dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Layer
from ..rules.reduction import ReductionOp
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True)
class Argmax(ReductionOp):
    """The index in the middle dimension of its ``largest`` element, or of its smallest; of equal
    ones the first.

    Tensors: input [outer, count, inner] int8.
    Output: [outer, inner], int64 if ``wide``, else int32.
    Source: numpy.argmax and numpy.argmin.
    """

    name: ClassVar[str] = "argmax"

    largest: bool = True
    wide: bool = False

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "int64" if self.wide else "int32"


def _is_wide(layer: Layer) -> bool:
    return layer.op.wide


def _is_narrow(layer: Layer) -> bool:
    return not layer.op.wide


OP = Argmax
KERNELS = [
    Kernel("argmax_s8__ref", applies=_is_narrow),
    Kernel("argmax_s8_s64__ref", applies=_is_wide),
    *FAST_KERNELS,
]
