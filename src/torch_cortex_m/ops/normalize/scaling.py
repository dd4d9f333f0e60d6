"""The integers of Normalize that real numbers become."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT32, Quantization
from .op import BIAS_BITS, LARGEST_EPSILON, SCORE_BITS, largest_square

MOST_EPSILON_BITS = 16
LARGEST_SHIFT = 40


def scaling(
    input: Quantization,
    output: Quantization,
    *,
    centered: bool,
    count: int,
    epsilon: float,
    factors: np.ndarray,
) -> tuple[dict[str, Any], np.ndarray | None]:
    """The fields of Normalize and its multipliers, one for each of the ``factors`` [...] unless all
    are equal: the output is factor * (input - mean) / sqrt(mean((input - mean)^2) + epsilon), the
    mean being 0 where it is not ``centered``.

    Raises ValueError where the input's scale is so small that epsilon alone decides.
    """
    squares = count**2 if centered else count
    real = epsilon / input.scale**2 * squares
    bits = _epsilon_bits(max(real, largest_square(count, centered)))
    scores = np.asarray(factors, np.float64) / output.scale * (1.0 if centered else count**0.5)
    shift = _shift(float(np.max(np.abs(scores), initial=0.0)), SCORE_BITS[centered])
    multipliers = np.clip(np.rint(scores * 2.0**shift), *INT32).astype(np.int32)
    equal = bool((multipliers == multipliers.flat[0]).all())
    fields = {
        "centered": centered,
        "input_offset": -input.zero_point,
        "epsilon": round(real * (1 << bits)),
        "epsilon_bits": bits,
        "multiplier": int(multipliers.flat[0]) if equal else 0,
        "shift": shift,
        "output_offset": output.zero_point,
    }
    return fields, None if equal else multipliers


def bias_steps(bias: np.ndarray, output: Quantization) -> np.ndarray:
    """The bias [...] of Normalize, int32."""
    steps = np.rint(np.asarray(bias, np.float64) / output.scale * (1 << BIAS_BITS))
    return np.clip(steps, *INT32).astype(np.int32)


def _epsilon_bits(largest: float) -> int:
    if largest >= LARGEST_EPSILON / 2:
        raise ValueError(f"epsilon is {largest:g} times the smallest square")
    room = LARGEST_EPSILON.bit_length() - 3 - int(largest).bit_length()
    return max(min(room, MOST_EPSILON_BITS) // 2 * 2, 0)


def _shift(largest: float, score_bits: int) -> int:
    """Of multipliers below 2^31."""
    if largest == 0.0:
        return 0
    least = BIAS_BITS - score_bits
    return int(np.clip(30 - np.floor(np.log2(largest)), least, LARGEST_SHIFT))
