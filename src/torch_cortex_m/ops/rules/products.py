"""What functions of two quantized tensors have in common that multiply or divide them."""

from __future__ import annotations

from dataclasses import dataclass

from .broadcasting import BroadcastingOp
from .quantized import TwoFactorsOp


@dataclass(frozen=True, kw_only=True)
class ProductOp(TwoFactorsOp, BroadcastingOp):
    """An exact result of the operands with their offsets, requantized: see TwoFactorsOp."""
