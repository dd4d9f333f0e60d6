"""conv2d by Winograd's F(2x2, 3x3) on cores with the DSP extension (Cortex-M4, M7, M33).

Why integers stay exact, with g the weights, d the inputs (without offset, -128 ... 127) and 4 Y the
sums that the kernel computes (see csrc/dsp/tcm_dsp_winograd.h):

- V = B^T d B: each value is a sum of four inputs with signs, at most 512 in size.
- U = (2 G) g (2 G)^T: at most 9 * 128 = 1152. In NON_NEGATIVE layers it is multiplied by
  2^(scale - 2), which makes the sum the accumulator times 2^scale; that it fits 16 bits is checked.
- U and V are halves of words, so products are exact in 32 bits, and sums of products are exact
  modulo 2^32. 4 Y plus four times the bias (with the input's offset in it) is four times the
  layer's accumulator; that it fits 32 bits is checked, for the layer's own weights and bias.
- The division by four, or by two in RIGHT layers, leaves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..integers.accumulators import accumulator_ranges
from ..integers.requantization import (
    NON_NEGATIVE,
    Requantization,
    choose_requantization,
    folded_bias,
    layer_bias,
    wrapped,
)
from ..packing.cmsis_nn import are_constant
from ..packing.dsp import run_pairs
from ..rules.overlap import at_distance, rows_in_order

WEIGHT_TRANSFORM = np.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]])
"""2 G."""

POSITIONS, TILES, PATCH_WORDS = 16, 4, 40

ROWS_TILES, ROWS_GROUP, ROWS_BLOCK = 2, 4, 32
"""As in csrc/dsp/tcm_dsp_winograd_rows.h."""


def _applies(layer: Layer) -> bool:
    op = layer.op
    return (
        layer.types["weight"].shape[1:3] == (3, 3)
        and op.stride == op.dilation == (1, 1)
        and op.groups == 1
        and are_constant(layer, "weight", "bias", "multipliers", "shifts")
        and _is_exact(layer)
    )


def _is_preferred(layer: Layer) -> bool:
    """Where it was measured to take over 1.1 times fewer cycles than columns, on all three cores.

    The gain is 1.3 with 8 input channels, 1.6 with 16 and 1.8 with 32, times the share of outputs
    computed that exist: rows of tiles are filled up to four.
    """
    _, height, width, _ = layer.output.shape
    channels = layer.types["input"].shape[3]
    computed = 2 * ceil(height / 2) * 2 * TILES * ceil(width / (2 * TILES))
    used = height * width / computed
    return used >= 5 / 8 and channels * used >= 8 and _applies(layer)


def _is_exact(layer: Layer) -> bool:
    low, high = accumulator_ranges(_rows(layer), layer_bias(layer), layer.op.input_offset)
    sums_fit = 4 * max(-low.min(), high.max()) < 1 << 31
    weights = _transformed(layer, _requantization(layer))
    return bool(sums_fit and np.abs(weights).max() < 1 << 15)


def _rows(layer: Layer) -> np.ndarray:
    """[C_out, taps]"""
    weight = layer.constants["weight"]
    return weight.reshape(len(weight), -1)


def _requantization(layer: Layer) -> Requantization:
    return choose_requantization(layer, _rows(layer))


def _extra_scales(found: Requantization) -> np.ndarray:
    """What U is multiplied by is 2 to the power of these, one a filter."""
    return found.scales - 2 if found.way == NON_NEGATIVE else np.zeros_like(found.scales)


def _transformed(layer: Layer, found: Requantization) -> np.ndarray:
    """U, [C_out, position, C_in] int64."""
    weight = layer.constants["weight"].astype(np.int64)
    both = np.einsum("ia,jb,oabc->oijc", WEIGHT_TRANSFORM, WEIGHT_TRANSFORM, weight)
    return both.reshape(len(weight), POSITIONS, -1) << _extra_scales(found)[:, None, None]


def _pack(layer: Layer, group: int = 2) -> dict[str, np.ndarray]:
    """``weights`` [filters / group, position, pairs of channels, group] words, and ``parameters``:
    four times the bias (as scaled as the sums), shift, multiplier and addend of each filter."""
    found = _requantization(layer)
    transformed = _transformed(layer, found)
    filters, _, channels = transformed.shape
    idle = -filters % group
    # The last channel is the one that pairs call -1.
    padded = np.pad(transformed, ((0, idle), (0, 0), (0, 1)))
    first, second = np.array(run_pairs(channels)).T
    words = (padded[:, :, first] & 0xFFFF) + (padded[:, :, second] << 16)
    by_pair = words.reshape(-1, group, POSITIONS, len(first)).transpose(0, 2, 3, 1)
    bias = folded_bias(_rows(layer), layer_bias(layer), layer.op.input_offset)
    parameters = (
        bias << (2 + _extra_scales(found)),
        found.shifts,
        found.multipliers,
        found.addends,
    )
    by_filter = np.column_stack([wrapped(values) for values in parameters])
    return {"weights": wrapped(np.ascontiguousarray(by_pair)), "parameters": by_filter}


def _pack_by_rows(layer: Layer) -> dict[str, np.ndarray]:
    """The same for groups of four filters, of which idle ones have parameters too."""
    packed = _pack(layer, ROWS_GROUP)
    idle = -len(packed["parameters"]) % ROWS_GROUP
    return {**packed, "parameters": np.pad(packed["parameters"], ((0, idle), (0, 0)))}


def _constants(layer: Layer) -> dict[str, int | float]:
    found = _requantization(layer)
    return {"way": found.way, "common_shift": found.common_shift}


def _scratch(layer: Layer) -> int:
    """Transformed inputs of four tiles, sums of two filters, and the tiles' patches."""
    pairs = len(run_pairs(layer.types["input"].shape[3]))
    return 4 * (pairs * POSITIONS * TILES + 2 * POSITIONS * TILES + PATCH_WORDS)


def _scratch_by_rows(layer: Layer) -> int:
    """One row of transformed inputs of two tiles, its sums of a group of filters, outputs so far of
    a block of them, and a run of padding."""
    channels, filters = layer.types["input"].shape[3], layer.output.shape[3]
    inputs = len(run_pairs(channels)) * 4 * ROWS_TILES
    sums = 4 * ROWS_TILES * ROWS_GROUP
    kept = min(ROWS_BLOCK, ROWS_GROUP * ceil(filters / ROWS_GROUP)) * ROWS_TILES * 4
    return 4 * (inputs + sums + kept) + channels


def _overlap(layer: Layer) -> dict[str, Overlap]:
    """Two rows of output at a time, from four of the input."""
    return at_distance(rows_in_order(layer, 4, at_a_time=2))


WINOGRAD = Kernel(
    "conv2d_s8__winograd_dsp",
    applies=_applies,
    needs=frozenset({"dsp"}),
    overlap=_overlap,
    scratch_bytes=_scratch,
    pack=_pack,
    constants=_constants,
)

WINOGRAD_PREFERRED = replace(WINOGRAD, applies=_is_preferred)

WINOGRAD_ROWS = replace(
    WINOGRAD,
    name="conv2d_s8__winograd_rows_dsp",
    scratch_bytes=_scratch_by_rows,
    pack=_pack_by_rows,
)
