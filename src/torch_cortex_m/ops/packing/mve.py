"""What the MVE kernels' records share: requantization in vectors, and weights as tiles.

csrc/mve/tcm_mve.h and csrc/mve/tcm_mve_tiles.h read what is packed here.
"""

from __future__ import annotations

import numpy as np

from ..base import Layer

LANES = 16
"""int8 values in an MVE register."""

RECTIFIED, SIGNED, GENERAL = 0, 1, 2

PARAMETER_BYTES = 48
"""Of a tile, unless its rounding is general."""

MOST_OVERLAPPED = 8 * LANES
"""The values of vectors that have only immediate offsets."""

LEAST_OVERLAPPED = 512
"""The values of so many vectors that beginning and ending the overlapping pays."""


def rounding(layer: Layer) -> int:
    """How the layer's accumulators may be requantized (TCM_MVE_* in tcm_mve.h).

    All channels shifting right by 1 or more, 1 can be subtracted from negative products so that the
    rounding shift, which rounds ties up, rounds them away from zero. Where the clamp hides all
    negative results, not even that is needed.
    """
    if (layer.constants["shifts"] > -1).any():
        return GENERAL
    if layer.op.activation_min >= layer.op.output_offset:
        return RECTIFIED
    return SIGNED


def has_plain_requantization(layer: Layer) -> bool:
    """Whether the multipliers and shifts are constants in the range that the kernels compute."""
    multipliers, shifts = (layer.constants.get(name) for name in ("multipliers", "shifts"))
    if multipliers is None or shifts is None:
        return False
    return bool((multipliers >= 0).all() and (shifts >= -31).all() and (shifts <= 31).all())


def requantization_vectors(layer: Layer, bias: np.ndarray) -> np.ndarray:
    """[vectors, channels] int32: what is loaded for each channel, in the order of loading.

    bias, multiplier, right shift (negative); or, where the rounding is GENERAL: bias, left shift,
    multiplier, mask of the rounding correction, right shift (negative).
    """
    multipliers, shifts = layer.constants["multipliers"], layer.constants["shifts"]
    right = np.minimum(shifts, 0)
    if rounding(layer) == GENERAL:
        rows = [bias, np.maximum(shifts, 0), multipliers, np.where(right < 0, -1, 0), right]
    else:
        rows = [bias, multipliers, right]
    return np.stack(rows).astype(np.int32)


def folded_bias(layer: Layer, weight_sums: np.ndarray) -> np.ndarray:
    """The bias and the input offset's share of every sum, as int32 (modulo 2^32)."""
    bias = layer.constants.get("bias")
    total = weight_sums.astype(np.int64) * layer.op.input_offset
    if bias is not None:
        total = total + bias
    return total.astype(np.uint64).astype(np.uint32).view(np.int32)


def spare_rows(layer: Layer, needed: int) -> int:
    """Of csrc/mve/tcm_mve_rows.h: room for the new rows of two more rows of output, if there are so
    many, before the ``needed`` ones have to move."""
    return min(2, layer.output.shape[1] - 1) * min(layer.op.stride[0], needed)


def lead_bytes(layer: Layer, values: int, vectors: int) -> int:
    """What an octet of tiles begins with where csrc/mve/tcm_mve_pairs.h overlaps pairs of vectors.

    values: the values of each input vector. vectors: how many follow each other.
    """
    pays = vectors * padded(values) >= LEAST_OVERLAPPED and values <= MOST_OVERLAPPED
    return PARAMETER_BYTES if pays and rounding(layer) != GENERAL else 0


def packed_tiles(rows: np.ndarray, requantization: np.ndarray, lead: int) -> np.ndarray:
    """int8 tiles of csrc/mve/tcm_mve_tiles.h.

    rows: [channels, 16 * steps] int8, the weights in the order of the input vector.
    requantization: [vectors, channels] int32. lead: see lead_bytes.
    """
    channels = len(rows)
    parts: list[np.ndarray] = []
    for start in range(0, channels, 8):
        group = np.arange(start, min(start + 8, channels))
        halves = [group] if len(group) <= 4 else [group[::2], group[1::2]]
        if lead and len(group) == 8:
            parts.append(_parameters(requantization[:, halves[1]]))
        for half in halves:
            parts += _tile(rows[half], requantization[:, half])
    return np.concatenate(parts)


def _tile(rows: np.ndarray, requantization: np.ndarray) -> list[np.ndarray]:
    """The bytes of up to four channels; those that are missing are zeros."""
    missing = 4 - len(rows)
    weights = np.pad(rows, ((0, missing), (0, 0))).reshape(4, -1, LANES)
    return [weights.transpose(1, 0, 2).reshape(-1), _parameters(requantization)]


def _parameters(requantization: np.ndarray) -> np.ndarray:
    """The bytes of the parameters of up to four channels."""
    parameters = np.pad(requantization, ((0, 0), (0, 4 - requantization.shape[1])))
    return parameters.astype("<i4").reshape(-1).view(np.int8)


def padded(size: int) -> int:
    """The size rounded up to whole vectors."""
    return size + -size % LANES


def padded_to_lanes(rows: np.ndarray) -> np.ndarray:
    """[rows, size] with zeros appended to a multiple of 16 columns."""
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % LANES)))


def unsafe_vectors(size: int, step: int) -> int:
    """Of vectors of ``size`` values, ``step`` bytes apart, how many last ones end so close to the
    end of the buffer that whole registers cannot be read."""
    return -(-(padded(size) - size) // step)
