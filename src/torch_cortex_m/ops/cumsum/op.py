"""cumsum: running sums over one dimension, requantized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel
from ..interfaces import Constants, Reach, Types
from ..rules.quantized import RequantizedOp
from ..rules.reduction import ReductionOp
from ..rules.window import check_offset


@dataclass(frozen=True, kw_only=True)
class Cumsum(RequantizedOp, ReductionOp):
    """Running sums over the middle dimension, from its end if ``reverse``.

    Tensors: input [outer, count, inner] int8, count at most 2^22. Output: the input's shape, int8.

    A sum begins with ``start``, and each element with its ``input_offset`` is added before its
    output is given, or after that if ``exclusive``. The sum is shifted left by ``left_shift``
    (modulo 2^32) and requantized by ``multiplier`` and ``shift``; ``output_offset`` is added and
    the result clamped.
    Source: TensorFlow Lite 8-bit CUMSUM.
    """

    name: ClassVar[str] = "cumsum"
    quantization_data: ClassVar[frozenset[str]] = RequantizedOp.quantization_data | {
        "start",
        "left_shift",
    }

    exclusive: bool = False
    reverse: bool = False
    start: int = 0
    left_shift: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_offset(self, "start", self.start, *INT8.negated())
        check_offset(self, "left_shift", self.left_shift, 0, 31)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        super().output_shape(types)
        return types["input"].shape

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return None if axis == 1 else Reach(axis)

    def reduces(self, types: Types, argument: str, axis: int) -> bool:
        return False


OP = Cumsum
KERNELS = [Kernel("cumsum_s8__ref", in_place=lambda layer: ("input",))]
