"""The fixed point numbers whose exponentials TensorFlow Lite's softmax and log_softmax take."""

from __future__ import annotations

import math

from ..integers.arithmetic import round_half_away

INTEGER_BITS = 5
"""The exponential takes fixed point numbers in (-32, 0]: 5 integer and 26 fractional bits."""

LARGEST_SHIFT_OF_INT16 = 15
"""Shifted so far to the left, a difference of two int16 stays within 32 bits."""


def exponential_scaling(input_scale: float) -> tuple[int, int, int]:
    """(input_multiplier, input_left_shift, diff_min) for an input of this scale.

    ``diff_min`` is the least difference that, shifted left, stays above -31 in Q5.26. A scale of
    less than 2^-26 takes no left shift and a multiplier below 2^30. Raises ValueError if the scale
    is not positive and finite.
    Source: TensorFlow Lite's PreprocessSoftmaxScaling and CalculateInputRadius, beta = 1.
    """
    if not (math.isfinite(input_scale) and input_scale > 0):
        raise ValueError(f"a scale must be finite and positive, got {input_scale}")
    fractional_bits = 31 - INTEGER_BITS
    largest = float((1 << 31) - 1)
    real = min(input_scale * (1 << fractional_bits), largest)
    left_shift = max(math.frexp(real)[1], 0)
    multiplier = round_half_away(math.ldexp(real, 31 - left_shift))
    if multiplier == 1 << 31:
        multiplier, left_shift = multiplier // 2, left_shift + 1
    radius = ((1 << INTEGER_BITS) - 1) * (1 << fractional_bits) // (1 << left_shift)
    return multiplier, left_shift, -radius
