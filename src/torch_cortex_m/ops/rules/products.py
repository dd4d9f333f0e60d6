"""What functions of two quantized tensors have in common that multiply or divide them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT8
from .broadcasting import BroadcastingOp
from .checks import check_multiplier
from .window import check_activation, check_offset


@dataclass(frozen=True, kw_only=True)
class ProductOp(BroadcastingOp):
    """``input_offset`` and ``other_offset`` are -zero point, ``output_offset`` is the output's zero
    point; ``multiplier`` and ``shift`` take the exact result to the output's scale."""

    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "input_offset",
            "other_offset",
            "output_offset",
            "multiplier",
            "shift",
            "activation_min",
            "activation_max",
        }
    )

    input_offset: int = 0
    other_offset: int = 0
    output_offset: int = 0
    multiplier: int
    shift: int
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "other_offset", self.other_offset, *INT8.negated())
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_multiplier(self, "", self.multiplier, self.shift)
