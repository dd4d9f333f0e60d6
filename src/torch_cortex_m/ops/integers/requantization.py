"""Chooses, per layer, how a kernel turns accumulators into outputs with the fewest instructions.

All ways give the value of ``tcm_requantize_s8``; each is used only where that is proved for every
accumulator that the layer's weights can produce. With a = accumulator, m = multiplier and e = the
right shift (-shift), the output before its limits is

    round_half_away(floor((a * m + 2^30) / 2^31) / 2^e) + output_offset

RIGHT (e >= 1): the doubled accumulator times m gives the inner value in the high word of one
instruction; the outer rounding is adding 2^(e-1), and -1 if a is negative, before a shift.

NON_NEGATIVE: where negative accumulators end at activation_min, both roundings are one floor:

    floor((a * m + 2^30 + 2^(e+30)) / 2^(e+31))        (without 2^(e+30) if e <= 0)

Multiplied by 2^n, with n = common_shift + 1 - e, the division is by 2^(32 + common_shift): a scaled
accumulator's high word, plus an addend, shifted by an amount that all channels share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..base import Layer
from .accumulators import accumulator_ranges

ANY, RIGHT, NON_NEGATIVE = 0, 1, 2
"""As in csrc/dsp/tcm_dsp.h."""

LEAST_SCALE, LARGEST_SCALE = 2, 8
"""Of 2^n in NON_NEGATIVE: the addend is an integer from 2 on; up to 8, scaled weights fit int16."""

LARGEST_SHIFT = 22
"""Up to here addend and product together stay within int32."""


@dataclass(frozen=True)
class Channel:
    """Accumulator range [low, high] and requantization of one output channel."""

    low: int
    high: int
    multiplier: int
    right_shift: int


@dataclass(frozen=True)
class Limits:
    output_offset: int
    activation_min: int
    activation_max: int


@dataclass(frozen=True)
class Requantization:
    """What a kernel needs, per channel as int64 arrays.

    way: ANY, RIGHT or NON_NEGATIVE. common_shift: of NON_NEGATIVE, otherwise 0.
    scales: the accumulator is to be multiplied by 2^scale.
    shifts: right shift (RIGHT), the operator's own shift (ANY), or 0.
    """

    way: int
    common_shift: int
    scales: np.ndarray
    multipliers: np.ndarray
    addends: np.ndarray
    shifts: np.ndarray

    def of(self, channels: np.ndarray) -> Requantization:
        """That of some channels."""
        arrays = (self.scales, self.multipliers, self.addends, self.shifts)
        return Requantization(self.way, self.common_shift, *(each[channels] for each in arrays))


def folded_bias(weight: np.ndarray, bias: np.ndarray, input_offset: int) -> np.ndarray:
    """bias + input_offset * (sum of the channel's weights), int64: for inputs without an offset."""
    return bias.astype(np.int64) + input_offset * weight.astype(np.int64).sum(axis=1)


def layer_bias(layer: Layer) -> np.ndarray:
    """The layer's bias, or zeros."""
    return layer.constants.get("bias", np.zeros(layer.output.shape[-1], np.int32))


def wrapped(values: np.ndarray) -> np.ndarray:
    """int64 -> int32, modulo 2^32."""
    return (values.astype(np.int64) & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def requantized(values: np.ndarray, multiplier: int, shift: int) -> np.ndarray:
    """values * multiplier * 2^(shift - 31) with two roundings, int32, as tcm_requantize in C."""
    shifted = wrapped(values.astype(np.int64) << max(shift, 0)).astype(np.int64)
    high = wrapped((shifted * multiplier + (1 << 30)) >> 31).astype(np.int64)
    right = max(-shift, 0)
    rest = high & ((1 << right) - 1)
    threshold = (((1 << right) - 1) >> 1) + (high < 0)
    return ((high >> right) + (rest > threshold)).astype(np.int32)


def choose_requantization(
    layer: Layer,
    weight: np.ndarray,
    common_shifts: Sequence[int] | None = None,
) -> Requantization:
    """The cheapest exact way for a layer; weight [channels, taps].

    common_shifts: those that the kernel has, or None for any.
    """
    op = layer.op
    low, high = accumulator_ranges(weight, layer_bias(layer), op.input_offset)
    values = (low, high, layer.constants["multipliers"], -layer.constants["shifts"])
    data = np.column_stack([each.astype(np.int64) for each in values]).tobytes()
    limits = Limits(op.output_offset, op.activation_min, op.activation_max)
    return _choose(data, limits, None if common_shifts is None else tuple(common_shifts))


@lru_cache(1024)
def _choose(data: bytes, limits: Limits, common_shifts: tuple[int, ...] | None) -> Requantization:
    """data: the fields of each channel, int64. A kernel asks several times for one layer: whether
    it applies, for its constants and for its scalars."""
    fields = np.frombuffer(data, np.int64).reshape(-1, 4)
    channels = [Channel(*row) for row in fields.tolist()]
    return (
        _non_negative(channels, limits, common_shifts)
        or _right(channels, limits)
        or Requantization(
            ANY,
            0,
            np.zeros(len(channels), np.int64),
            fields[:, 2],
            np.zeros(len(channels), np.int64),
            -fields[:, 3],
        )
    )


def output_of(accumulator: int, channel: Channel, limits: Limits) -> int:
    """The output by the definition, for accumulators whose left shift does not wrap."""
    left, right = max(-channel.right_shift, 0), max(channel.right_shift, 0)
    value = ((accumulator << left) * channel.multiplier + (1 << 30)) >> 31
    half = (1 << right) >> 1
    rounded = (value + half) >> right if value >= 0 else -((-value + half) >> right)
    return min(max(rounded + limits.output_offset, limits.activation_min), limits.activation_max)


def _is_regular(channel: Channel) -> bool:
    """No step of the definition wraps, and larger accumulators give larger outputs."""
    largest = max(abs(channel.low), abs(channel.high)) << max(-channel.right_shift, 0)
    return channel.multiplier >= 0 and largest < 1 << 31


def _constant_output(channel: Channel, limits: Limits) -> int | None:
    """The output, if the channel has the same whatever the input."""
    first = output_of(channel.low, channel, limits)
    return first if output_of(channel.high, channel, limits) == first else None


def _right(channels: Sequence[Channel], limits: Limits) -> Requantization | None:
    multipliers, addends, shifts = [], [], []
    for channel in channels:
        if not _is_regular(channel) or max(-channel.low, channel.high) >= 1 << 30:
            return None
        constant = _constant_output(channel, limits)
        shift = channel.right_shift if constant is None else 1
        if not 1 <= shift <= LARGEST_SHIFT:
            return None
        offset = limits.output_offset if constant is None else constant
        multipliers.append(channel.multiplier if constant is None else 0)
        addends.append((offset << shift) + (1 << (shift - 1)))
        shifts.append(shift)
    return _requantization(RIGHT, 0, [1] * len(channels), multipliers, addends, shifts)


def _non_negative(
    channels: Sequence[Channel], limits: Limits, common_shifts: Sequence[int] | None
) -> Requantization | None:
    if limits.activation_min < limits.output_offset or not all(map(_is_regular, channels)):
        return None
    constants = [_constant_output(channel, limits) for channel in channels]
    shifts = [c.right_shift for c, v in zip(channels, constants, strict=True) if v is None]
    least = min(shifts, default=1)
    if common_shifts is None:
        window = LARGEST_SCALE - LEAST_SCALE
        common_shifts = [max(1, min(max(shifts, default=1), least + window) + LEAST_SCALE - 1)]
    for common_shift in common_shifts:
        found = _with_common_shift(channels, constants, limits, common_shift)
        if found is not None:
            return found
    return None


def _with_common_shift(
    channels: Sequence[Channel],
    constants: Sequence[int | None],
    limits: Limits,
    common_shift: int,
) -> Requantization | None:
    scales, multipliers, addends = [], [], []
    for channel, constant in zip(channels, constants, strict=True):
        if constant is not None:
            scales.append(LEAST_SCALE)
            multipliers.append(0)
            addends.append(constant << common_shift)
            continue
        fitted = _with_shift_at_most(channel, common_shift + 1 - LEAST_SCALE)
        if fitted is None:
            return None
        scale = common_shift + 1 - fitted.right_shift
        if scale > LARGEST_SCALE or max(-fitted.low, fitted.high) << scale >= 1 << 31:
            return None
        scales.append(scale)
        multipliers.append(fitted.multiplier)
        rounding = (1 << (scale - 2) if fitted.right_shift > 0 else 0) + (1 << (common_shift - 1))
        addends.append((limits.output_offset << common_shift) + rounding)
    zeros = [0] * len(channels)
    return _requantization(NON_NEGATIVE, common_shift, scales, multipliers, addends, zeros)


def _with_shift_at_most(channel: Channel, largest: int) -> Channel | None:
    """The channel with a shift in reach, by a rounded multiplier if all its outputs stay equal.

    The channel's output is not constant: its multiplier is so large that none is rounded to 0."""
    surplus = channel.right_shift - largest
    if surplus <= 0:
        return channel
    multiplier = (channel.multiplier + (1 << (surplus - 1))) >> surplus
    fitted = Channel(channel.low, channel.high, multiplier, largest)
    if largest < 1 or _steps(fitted) != _steps(channel):
        return None
    return fitted


def _steps(channel: Channel) -> list[int]:
    """The accumulators up to ``high`` where the output, without offset, reaches 1, 2, ... 256."""
    e, m = channel.right_shift, channel.multiplier
    steps = (ceil_divide((k << (e + 31)) - (1 << 30) - (1 << (e + 30)), m) for k in range(1, 257))
    return [step for step in steps if step <= channel.high]


def ceil_divide(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)


def _requantization(
    way: int,
    common_shift: int,
    scales: Sequence[int],
    multipliers: Sequence[int],
    addends: Sequence[int],
    shifts: Sequence[int],
) -> Requantization:
    arrays = (np.array(v, np.int64) for v in (scales, multipliers, addends, shifts))
    return Requantization(way, common_shift, *arrays)
