"""What comparisons of two quantized tensors have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import TensorArgument
from ..integers.arithmetic import multiplier_fields
from .broadcasting import BroadcastingOp, operands
from .checks import check_multiplier
from .window import check_offset

ONE = 2**30
"""The multiplier that is 1, with a shift of 1."""


@dataclass(frozen=True, kw_only=True)
class ComparisonOp(BroadcastingOp):
    """Tensors: input and other, both int8 or both int32. Output: bool, of the broadcast shape.

    int32 operands are compared as they are. To int8 ones, ``input_offset`` and ``other_offset``
    (= -zero point) are added, the sums shifted left by ``left_shift`` and requantized to a common
    scale, where they are compared. ``negated``: the opposite is the result.
    Source: TensorFlow Lite 8-bit EQUAL and LESS.
    """

    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8", "int32")
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "left_shift",
            "input_offset",
            "input_multiplier",
            "input_shift",
            "other_offset",
            "other_multiplier",
            "other_shift",
            "negated",
        }
    )

    left_shift: int = 8
    input_offset: int = 0
    input_multiplier: int = ONE
    input_shift: int = 1
    other_offset: int = 0
    other_multiplier: int = ONE
    other_shift: int = 1
    negated: bool = False

    def __post_init__(self) -> None:
        check_offset(self, "left_shift", self.left_shift, 0, 31)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "other_offset", self.other_offset, *INT8.negated())
        check_multiplier(self, "input_", self.input_multiplier, self.input_shift)
        check_multiplier(self, "other_", self.other_multiplier, self.other_shift)

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "bool"


def comparison_scaling(input: float, other: float, left_shift: int) -> dict[str, int]:
    """The fields for operands whose common scale is theirs divided by these factors, and by
    2^left_shift."""
    return {"left_shift": left_shift, **multiplier_fields(input=input, other=other)}
