"""What functions of two tensors have in common that bring their operands to one scale first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..integers.arithmetic import multiplier_fields
from .broadcasting import BroadcastingOp
from .checks import check_multiplier
from .quantized import QuantizedOp
from .window import check_offset


@dataclass(frozen=True, kw_only=True)
class ScaledOperandsOp(QuantizedOp, BroadcastingOp):
    """``input_offset`` and ``other_offset`` (= -zero point) are added to the operands, the sums
    shifted left by ``left_shift`` (modulo 2^32) and requantized to a common scale. What becomes of
    the two (modulo 2^32) is requantized to the output's scale, ``output_offset`` (= output zero
    point) is added and the result clamped.
    Source: TensorFlow Lite 8-bit ADD and SUB.

    ``sign`` is that of the second operand, where the two are added.
    """

    sign: ClassVar[int] = 1

    quantization_data: ClassVar[frozenset[str]] = QuantizedOp.quantization_data | {
        "left_shift",
        "input_multiplier",
        "input_shift",
        "other_offset",
        "other_multiplier",
        "other_shift",
        "output_multiplier",
        "output_shift",
    }

    left_shift: int = 20
    input_multiplier: int
    input_shift: int
    other_offset: int = 0
    other_multiplier: int
    other_shift: int
    output_multiplier: int
    output_shift: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_offset(self, "left_shift", self.left_shift, 0, 31)
        check_offset(self, "other_offset", self.other_offset, *self.widest.negated())
        check_multiplier(self, "input_", self.input_multiplier, self.input_shift)
        check_multiplier(self, "other_", self.other_multiplier, self.other_shift)
        check_multiplier(self, "output_", self.output_multiplier, self.output_shift)


def rescaling(
    input_scale: float, other_scale: float, output_scale: float, left_shift: int = 20
) -> dict[str, int]:
    """``left_shift``, multipliers and shifts of a sum or difference of operands with these scales.

    Both operands are brought to twice the larger input scale, divided by 2^left_shift.
    Source: TensorFlow Lite's preparation of the quantized ADD.
    """
    common = 2.0 * max(input_scale, other_scale)
    return rescaling_by(
        input_scale / common,
        other_scale / common,
        common / ((1 << left_shift) * output_scale),
        left_shift,
    )


def rescaling_by(input: float, other: float, output: float, left_shift: int) -> dict[str, int]:
    """The same from the three real factors."""
    fields = multiplier_fields(input=input, other=other, output=output)
    return {"left_shift": left_shift, **fields}
