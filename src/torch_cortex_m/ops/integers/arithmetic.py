"""Integer numerics that references, lowering and kernels agree on (TFLite, CMSIS-NN).

Source: B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference" (2018), and TensorFlow Lite's QuantizeMultiplier.
"""

from __future__ import annotations

import math

import numpy as np

from ...ir import DTYPES, limits


def quantize_multiplier(real: float) -> tuple[int, int]:
    """(multiplier, shift) with real = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31).

    Zero and values too small for a shift of -31 give (0, 0).
    """
    if real == 0.0:
        return 0, 0
    if not math.isfinite(real) or real < 0:
        raise ValueError(f"a multiplier must be finite and not negative, got {real}")
    fraction, shift = math.frexp(real)
    multiplier = round_half_away(fraction * (1 << 31))
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def multiplier_fields(**reals: float) -> dict[str, int]:
    """``quantize_multiplier`` of each, as the fields <name>_multiplier and <name>_shift."""
    fields: dict[str, int] = {}
    for name, real in reals.items():
        fields[f"{name}_multiplier"], fields[f"{name}_shift"] = quantize_multiplier(real)
    return fields


def quantize_multipliers(reals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``quantize_multiplier`` of each element, as two int32 arrays."""
    pairs = [quantize_multiplier(float(real)) for real in np.asarray(reals).reshape(-1)]
    return (
        np.array([multiplier for multiplier, _ in pairs], np.int32),
        np.array([shift for _, shift in pairs], np.int32),
    )


def round_half_away(value: float) -> int:
    """std::round: to nearest, ties away from zero."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def inverse_scale(scale: float) -> np.float32:
    """1 / scale, rounded to float32 as PyTorch rounds it before it multiplies a tensor by it."""
    return np.float32(1.0 / scale)


def quantize_array(
    values: np.ndarray,
    scale: float,
    zero_point: int,
    ties_away: bool = False,
    dtype: str = "int8",
) -> np.ndarray:
    """float32 -> integers of ``dtype`` as PT2E's quantize_per_tensor does: multiply by the inverse
    scale in float32, round half to even, add the zero point, saturate. A NaN counts as 0.

    ``ties_away``: divide by the scale and round half away from zero, as TensorFlow Lite does.
    """
    with np.errstate(over="ignore"):
        if ties_away:
            exact = np.nan_to_num(values.astype(np.float32) / np.float32(scale)).astype(np.float64)
            rounded = np.copysign(np.floor(np.abs(exact) + 0.5), exact)
        else:
            rounded = np.rint(np.nan_to_num(values.astype(np.float32) * inverse_scale(scale)))
    return _saturated(rounded.astype(np.float64) + zero_point, dtype)


def _saturated(values: np.ndarray, dtype: str) -> np.ndarray:
    """Whole float64 -> ``dtype``. Clipping alone would not do: float64 lacks the largest int64."""
    low, high = limits(dtype)
    below, above = values <= low, values >= high
    inside = np.where(below | above, 0, values).astype(DTYPES[dtype].storage)
    inside[below], inside[above] = low, high
    return inside


def dequantize_array(values: np.ndarray, scale: float, zero_point: int) -> np.ndarray:
    """Integers -> float32: scale * (value - zero_point)."""
    return (values.astype(np.float64) - zero_point).astype(np.float32) * np.float32(scale)


def requantize_array(values: np.ndarray, multipliers: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """value * multiplier * 2^(shift - 31) with two roundings, as tcm_requantize in tcm.h.

    int64 arrays that broadcast; values within int32. Monotone in the value for multipliers >= 0 as
    long as a left shift does not overflow.
    """
    left, right = np.maximum(shifts, 0), np.maximum(-shifts, 0)
    shifted = wrap_int32(values << left)
    high = (shifted * multipliers + (1 << 30)) >> 31
    mask = (np.int64(1) << right) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> right) + ((high & mask) > threshold)


def wrap_int32(values: np.ndarray) -> np.ndarray:
    """int64 -> the int64 that the low 32 bits are in two's complement."""
    return ((values + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)
