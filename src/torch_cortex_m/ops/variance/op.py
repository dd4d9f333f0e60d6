"""variance: mean squares of deviations over one dimension, or their roots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel
from ..rules.quantized import RequantizedOp
from ..rules.reduction import ReductionOp


@dataclass(frozen=True, kw_only=True)
class Variance(RequantizedOp, ReductionOp):
    """Variance, standard deviation and Euclidean norm over the middle dimension, in integers.

    Tensors: input [outer, count, inner] int8, count at most 2^20. Output: [outer, inner] int8.

    With q = input + ``input_offset``, the squares count * sum(q^2) - sum(q)^2 (``centered``) or
    sum(q^2), or with ``root`` their square root, are multiplied by multiplier * 2^(shift - 31),
    rounded, and ``output_offset`` is added and the result clamped. The product is exact to 28 bits.
    """

    name: ClassVar[str] = "variance"
    largest_count: ClassVar[int] = 1 << 20
    """Keeps count * sum of squares below 2^57."""

    centered: bool
    root: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self.expect(self.multiplier >= 0, "multiplier", "at least 0", self.multiplier)


OP = Variance
KERNELS = [Kernel("variance_s8__ref")]
