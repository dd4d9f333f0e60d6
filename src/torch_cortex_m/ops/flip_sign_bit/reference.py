"""The exact reference of flip_sign_bit on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from .op import FlipSignBit


def reference(op: FlipSignBit, input: Tensor) -> Tensor:
    """uint8 -> int8 or int8 -> uint8 of the same shape; see FlipSignBit."""
    unsigned = input.dtype == torch.uint8
    shifted = input.to(torch.int16) + (INT8.low if unsigned else -INT8.low)
    return shifted.to(torch.int8 if unsigned else torch.uint8)
