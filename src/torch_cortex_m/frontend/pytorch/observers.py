"""Observers: what ranges calibration sees, and the parameters that follow from them."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from ...ir import INT8, limits
from .torchao_names import MinMaxObserver, PerChannelMinMaxObserver

INT16 = limits("int16")

LEAST_POWER = -15
"""Of an int16 state's scale: with it, values from -1 to 1 have all bits."""

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


class ClampedObserver(ActivationObserver):
    """Of what is clamped to ``low`` to ``high`` before anything else reads it: what lies beyond
    needs no integers of its own, as quantizing clamps, too."""

    def __init__(self, *, low: float, high: float, **named: Any) -> None:
        super().__init__(**named)
        self.low, self.high = low, high

    def forward(self, x_orig: Tensor) -> Tensor:
        super().forward(x_orig.clamp(self.low, self.high))
        return x_orig


class StateObserver(ActivationObserver):
    """The largest magnitude seen decides the scale of int16: the least power of two with which it
    is within the range, from that of values up to 1 on."""

    def calculate_qparams(self) -> tuple[Tensor, Tensor]:
        largest = max(-float(self.min_val), float(self.max_val))
        steps = largest / -INT16.low
        power = math.ceil(math.log2(steps)) if steps > 0 and math.isfinite(steps) else 0
        scale = 2.0 ** min(max(power, LEAST_POWER), 0)
        return torch.tensor([scale]), torch.tensor([0])


class PerChannelWeightObserver(PerChannelMinMaxObserver):
    """Symmetric in [-127, 127] for each channel; a channel without weights gets scale 1."""

    least_scales: Tensor | None = None

    def raise_scales(self, least: Tensor) -> None:
        """From now on no channel's scale is below ``least``, which has one value for each."""
        known = torch.zeros_like(least) if self.least_scales is None else self.least_scales
        self.least_scales = torch.maximum(known, least)

    def needed_scales(self) -> Tensor:
        """The least scale of each channel; float64."""
        largest = torch.maximum(self.max_val, -self.min_val).to(torch.float64)
        scales = largest / INT8.high
        return scales if self.least_scales is None else torch.maximum(scales, self.least_scales)

    def calculate_qparams(self) -> tuple[Tensor, Tensor]:
        scales = self.needed_scales()
        scales = torch.where(scales < SMALLEST_RANGE, torch.ones_like(scales), scales)
        return scales.to(torch.float32), torch.zeros_like(scales, dtype=torch.int64)


class GateWeightObserver(PerChannelWeightObserver):
    """One scale for each of ``gates`` blocks of channels of the same size."""

    def __init__(self, *, gates: int, **named: Any) -> None:
        super().__init__(**named)
        self.gates = gates

    def needed_scales(self) -> Tensor:
        blocks = super().needed_scales().reshape(self.gates, -1)
        return blocks.amax(1, keepdim=True).expand_as(blocks).reshape(-1)
