"""cumsum: running sums over one dimension, requantized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_multiplier
from ..rules.reduction import block_sizes, check_blocks
from ..rules.window import check_activation, check_offset


@dataclass(frozen=True, kw_only=True)
class Cumsum(Op):
    """Running sums over the middle dimension, from its end if ``reverse``.

    Tensors: input [outer, count, inner] int8, count at most 2^22. Output: the input's shape, int8.

    A sum begins with ``start``, and each element with its ``input_offset`` is added before its
    output is given, or after that if ``exclusive``. The sum is shifted left by ``left_shift``
    (modulo 2^32) and requantized by ``multiplier`` and ``shift``; ``output_offset`` is added and
    the result clamped.
    Source: TensorFlow Lite 8-bit CUMSUM.
    """

    name: ClassVar[str] = "cumsum"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "input_offset",
            "start",
            "left_shift",
            "multiplier",
            "shift",
            "output_offset",
            "activation_min",
            "activation_max",
        }
    )

    exclusive: bool = False
    reverse: bool = False
    input_offset: int = 0
    start: int = 0
    left_shift: int = 0
    multiplier: int
    shift: int
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "start", self.start, *INT8.negated())
        check_offset(self, "left_shift", self.left_shift, 0, 31)
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "", self.multiplier, self.shift)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return check_blocks(self, types)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | block_sizes(types)


OP = Cumsum
KERNELS = [Kernel("cumsum_s8__ref", in_place=lambda layer: ("input",))]
