"""maximum: the larger of two values, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..base import Kernel
from ..integers.bounds import Array
from ..rules.broadcasting import BroadcastingOp, operands_not_broadcast
from .kernels_minimum import MINIMUM_KERNELS


@dataclass(frozen=True)
class Maximum(BroadcastingOp):
    """The larger element, where both have one quantization; shapes are those of BroadcastingOp."""

    name: ClassVar[str] = "maximum"

    def results(self, input: Array, other: Array) -> Array:
        return np.maximum(input, other).astype(np.int8)


OP = Maximum
KERNELS = [Kernel("maximum_s8__ref", in_place=operands_not_broadcast), *MINIMUM_KERNELS]
