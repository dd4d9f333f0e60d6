"""variance: mean squares of deviations over one dimension, or their roots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_multiplier
from ..rules.reduction import block_sizes, check_blocks
from ..rules.window import check_activation, check_offset

LARGEST_COUNT = 1 << 20
"""Keeps count * sum of squares below 2^57."""


@dataclass(frozen=True, kw_only=True)
class Variance(Op):
    """Variance, standard deviation and Euclidean norm over the middle dimension, in integers.

    Tensors: input [outer, count, inner] int8, count at most 2^20. Output: [outer, inner] int8.

    With q = input + ``input_offset``, the squares count * sum(q^2) - sum(q)^2 (``centered``) or
    sum(q^2), or with ``root`` their square root, are multiplied by multiplier * 2^(shift - 31),
    rounded, and ``output_offset`` is added and the result clamped. The product is exact to 28 bits.
    """

    name: ClassVar[str] = "variance"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_offset", "multiplier", "shift", "output_offset", "activation_min", "activation_max"}
    )

    centered: bool
    root: bool
    input_offset: int = 0
    multiplier: int
    shift: int
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "", self.multiplier, self.shift)
        self.expect(self.multiplier >= 0, "multiplier", "at least 0", self.multiplier)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        outer, _, inner = check_blocks(self, types, LARGEST_COUNT)
        return outer, inner

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | block_sizes(types)


OP = Variance
KERNELS = [Kernel("variance_s8__ref")]
