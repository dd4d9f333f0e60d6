"""Observers: what ranges calibration sees, and the parameters that follow from them."""

from __future__ import annotations

import torch
from torch import Tensor

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
        scale = float(torch.tensor((high - low) / 255.0, dtype=torch.float32))
        zero_point = min(max(-128 - round(low / scale), -128), 127)
        return torch.tensor([scale]), torch.tensor([zero_point])


class PerChannelWeightObserver(PerChannelMinMaxObserver):
    """Symmetric in [-127, 127] for each channel.

    ``least_scales`` (a tensor for each channel, or None) keeps a channel whose weights are tiny or
    zero from a scale at which its bias would not fit 32 bits.
    """

    least_scales: Tensor | None = None

    def calculate_qparams(self) -> tuple[Tensor, Tensor]:
        largest = torch.maximum(self.max_val, -self.min_val).to(torch.float64)
        scales = largest / 127.0
        if self.least_scales is not None:
            scales = torch.maximum(scales, self.least_scales)
        scales = torch.where(largest + scales < SMALLEST_RANGE, torch.ones_like(scales), scales)
        return scales.to(torch.float32), torch.zeros_like(scales, dtype=torch.int64)
