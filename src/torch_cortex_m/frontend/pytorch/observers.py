"""Observers: what ranges calibration sees, and the parameters that follow from them."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from .torchao_names import MinMaxObserver, PerChannelMinMaxObserver

SMALLEST_RANGE = 2.0**-90
"""A range below this is no range: its scale or the scale's inverse would leave float32."""


class ActivationObserver(MinMaxObserver):
    """The smallest and largest value seen, and 0, are the ends of the int8 range.

    A value that was 0 all the time gets scale 1.
    """

    def calculate_qparams(self) -> tuple[Tensor, Tensor]:
        low, high = min(0.0, float(self.min_val)), max(0.0, float(self.max_val))
        if not high - low >= SMALLEST_RANGE or high == float("inf") or low == float("-inf"):
            return torch.tensor([1.0]), torch.tensor([0])
        scale = float(torch.tensor((high - low) / INT8.span, dtype=torch.float32))
        zero_point = min(max(INT8.low - round(low / scale), INT8.low), INT8.high)
        return torch.tensor([scale]), torch.tensor([zero_point])


class PerChannelWeightObserver(PerChannelMinMaxObserver):
    """Symmetric in [-127, 127] for each channel; a channel without weights gets scale 1."""

    least_scales: Tensor | None = None

    def raise_scales(self, least: Tensor) -> None:
        """From now on no channel's scale is below ``least``, which has one value for each."""
        known = torch.zeros_like(least) if self.least_scales is None else self.least_scales
        self.least_scales = torch.maximum(known, least)

    def calculate_qparams(self) -> tuple[Tensor, Tensor]:
        largest = torch.maximum(self.max_val, -self.min_val).to(torch.float64)
        scales = largest / INT8.high
        if self.least_scales is not None:
            scales = torch.maximum(scales, self.least_scales)
        scales = torch.where(scales < SMALLEST_RANGE, torch.ones_like(scales), scales)
        return scales.to(torch.float32), torch.zeros_like(scales, dtype=torch.int64)
