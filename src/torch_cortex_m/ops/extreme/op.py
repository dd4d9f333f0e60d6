"""extreme: the largest or the smallest element over one dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel
from ..rules.reduction import ReductionOp
from .kernels_fast import FAST_KERNELS


@dataclass(frozen=True)
class Extreme(ReductionOp):
    """The ``largest`` element over the middle dimension, or the smallest.

    Tensors: input [outer, count, inner] int8. Output: [outer, inner] int8, of the input's
    quantization.
    Source: numpy.amax and numpy.amin.
    """

    name: ClassVar[str] = "extreme"

    largest: bool = True


OP = Extreme
KERNELS = [Kernel("extreme_s8__ref"), *FAST_KERNELS]
