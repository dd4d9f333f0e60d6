"""The tables that log_mel computes with, for its reference and its kernels alike."""

from __future__ import annotations

import numpy as np

LOG_BITS = 6
"""log2 is interpolated between 2^6 places and one."""


def twiddles(size: int) -> np.ndarray:
    """int32 [size / 2, 2]: real and imaginary part of exp(-2 pi i k / size) in 30 fractional
    bits."""
    angles = np.arange(size // 2) * (2 * np.pi / size)
    parts = np.column_stack([np.cos(angles), -np.sin(angles)])
    return np.rint(parts * (1 << 30)).astype(np.int32)


LOG_TABLE = np.rint(
    np.log2(1 + np.arange((1 << LOG_BITS) + 1) / (1 << LOG_BITS)) * (1 << 16)
).astype(np.int32)
"""int32 [65]: log2(1 + i / 64) in 16 fractional bits."""


def packed_bands(filters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(int16 [M, 2], int16 [n]): of each band its first frequency and how many there are up to the
    last that it has a share of, and these shares, those of all bands behind each other."""
    places: list[tuple[int, int]] = []
    weights: list[np.ndarray] = []
    for row in filters:
        shared = np.flatnonzero(row)
        first, end = (int(shared[0]), int(shared[-1]) + 1) if len(shared) else (0, 0)
        places.append((first, end - first))
        weights.append(row[first:end])
    none = np.zeros(1, np.int16)  # an array in C has an element
    return np.array(places, np.int16), np.concatenate([*weights, none])
