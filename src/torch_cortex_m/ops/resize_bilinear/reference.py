"""The exact reference of resize_bilinear on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import FRACTION_BITS, ONE, ResizeBilinear


def reference(op: ResizeBilinear, input: Tensor) -> Tensor:
    """[N, H, W, C] int8 -> [N, H_out, W_out, C] int8; see ResizeBilinear."""
    values = input.to(torch.int64)
    sums = _interpolated(_interpolated(values, op.rows, 1), op.columns, 2)
    rounded = (sums.abs() + (1 << (2 * FRACTION_BITS - 1))) >> (2 * FRACTION_BITS)
    return (rounded * sums.sign()).to(torch.int8)


def _interpolated(values: Tensor, places: tuple[int, ...], axis: int) -> Tensor:
    """Between neighbours along one axis, times 1024."""
    where = torch.tensor(places, device=values.device)
    first = where >> FRACTION_BITS
    second = (first + 1).clamp(max=values.shape[axis] - 1)
    shape = [1] * values.dim()
    shape[axis] = -1
    part = (where % ONE).reshape(shape)
    before, after = (values.index_select(axis, index) for index in (first, second))
    return before * (ONE - part) + after * part
