"""conv2d by Winograd's F(2x2, 3x3), and by F(2, 3) along rows, on cores with the DSP extension
(Cortex-M4, M7, M33).

Why integers stay exact, with g the weights, d the inputs (without offset, -128 ... 127), n the
dimensions, 2 or 1, and 2^n Y the sums that the kernel computes (see csrc/dsp/tcm_dsp_winograd.h):

- V = B^T d B, or d B: each value is a sum of 2^n inputs with signs, at most 512 in size.
- U = (2 G) g (2 G)^T, or g (2 G)^T: at most 3^n * 128. In NON_NEGATIVE layers it is multiplied by
  2^(scale - n), which makes the sum the accumulator times 2^scale; that it fits 16 bits is checked.
- U and V are halves of words, so products are exact in 32 bits, and sums of products are exact
  modulo 2^32. 2^n Y plus 2^n times the bias (with the input's offset in it) is 2^n times the
  layer's accumulator; that it fits 32 bits is checked, for the layer's own weights and bias.
- The division by 2^n, or by half of it in RIGHT layers, leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
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

ROW_POSITIONS, POSITIONS = 4, 16

TILES, PATCH_WORDS = 4, 40
"""As in csrc/dsp/tcm_dsp_winograd.h."""

TWO_TILES, GROUP = 2, 4
"""As in csrc/dsp/tcm_dsp_winograd_two_tiles.h."""

ROWS_BLOCK = 32
"""As in conv2d_s8__winograd_rows_dsp.h."""


@dataclass(frozen=True)
class Form:
    """dimensions: that are transformed, 2 or 1. group: filters whose weights lie side by side."""

    dimensions: int
    group: int

    def applies(self, layer: Layer) -> bool:
        op = layer.op
        return (
            layer.types["weight"].shape[1:3] == (3, 3)
            and op.stride == op.dilation == (1, 1)
            and op.groups == 1
            and are_constant(layer, "weight", "bias", "multipliers", "shifts")
            and self._is_exact(layer)
        )

    def _is_exact(self, layer: Layer) -> bool:
        low, high = accumulator_ranges(_rows(layer), layer_bias(layer), layer.op.input_offset)
        sums_fit = max(-low.min(), high.max()) << self.dimensions < 1 << 31
        weights = self._transformed(layer, _requantization(layer))
        return bool(sums_fit and np.abs(weights).max() < 1 << 15)

    def _extra_scales(self, found: Requantization) -> np.ndarray:
        """What U is multiplied by is 2 to the power of these, one a filter."""
        if found.way == NON_NEGATIVE:
            return found.scales - self.dimensions
        return np.zeros_like(found.scales)

    def _transformed(self, layer: Layer, found: Requantization) -> np.ndarray:
        """U, [C_out, position, kernel rows, C_in] int64; with both dimensions there is one row."""
        weight = layer.constants["weight"].astype(np.int64)
        filters, _, _, channels = weight.shape
        scales = self._extra_scales(found)[:, None, None, None]
        along_rows = np.einsum("jb,oabc->ojac", WEIGHT_TRANSFORM, weight)
        if self.dimensions == 1:
            return along_rows << scales
        both = np.einsum("ia,ojac->oijc", WEIGHT_TRANSFORM, along_rows)
        return both.reshape(filters, POSITIONS, 1, channels) << scales

    def pack(self, layer: Layer) -> dict[str, np.ndarray]:
        """``weights`` [filters / group, position, kernel rows, pairs of channels, group] words, and
        ``parameters``: 2^dimensions times the bias (as scaled as the sums), shift, multiplier and
        addend of each filter, also of idle ones."""
        found = _requantization(layer)
        transformed = self._transformed(layer, found)
        filters, positions, _, channels = transformed.shape
        idle = -filters % self.group
        # The last channel is the one that pairs call -1.
        padded = np.pad(transformed, ((0, idle), (0, 0), (0, 0), (0, 1)))
        first, second = np.array(run_pairs(channels)).T
        words = (padded[..., first] & 0xFFFF) + (padded[..., second] << 16)
        by_pair = words.reshape(-1, self.group, positions, words[0, 0].size).transpose(0, 2, 3, 1)
        bias = folded_bias(_rows(layer), layer_bias(layer), layer.op.input_offset)
        parameters = (
            bias << (self.dimensions + self._extra_scales(found)),
            found.shifts,
            found.multipliers,
            found.addends,
        )
        by_filter = np.column_stack([wrapped(values) for values in parameters])
        return {
            "weights": wrapped(np.ascontiguousarray(by_pair)),
            "parameters": np.pad(by_filter, ((0, idle), (0, 0))),
        }


def _rows(layer: Layer) -> np.ndarray:
    """[C_out, taps]"""
    weight = layer.constants["weight"]
    return weight.reshape(len(weight), -1)


def _requantization(layer: Layer) -> Requantization:
    return choose_requantization(layer, _rows(layer))


def _constants(layer: Layer) -> dict[str, int | float]:
    found = _requantization(layer)
    return {"way": found.way, "common_shift": found.common_shift}


def _scratch(layer: Layer) -> int:
    """Transformed inputs of four tiles, sums of two filters, and the tiles' patches."""
    pairs = len(run_pairs(layer.types["input"].shape[3]))
    return 4 * (pairs * POSITIONS * TILES + 2 * POSITIONS * TILES + PATCH_WORDS)


def _row_scratch(layer: Layer, rows: int, kept: int = 0) -> int:
    """Transformed inputs of two tiles, so many rows of one row of positions, their sums of a group
    of filters, ``kept`` words, and a run of padding."""
    channels = layer.types["input"].shape[3]
    inputs = rows * len(run_pairs(channels)) * ROW_POSITIONS * TWO_TILES
    return 4 * (inputs + ROW_POSITIONS * TWO_TILES * GROUP + kept) + channels


def _scratch_by_rows(layer: Layer) -> int:
    """With the outputs so far of a block of filters."""
    filters = min(ROWS_BLOCK, GROUP * ceil(layer.output.shape[3] / GROUP))
    return _row_scratch(layer, 1, filters * TWO_TILES * 4)


def _scratch_along_rows(layer: Layer) -> int:
    return _row_scratch(layer, 3)


def _overlap(layer: Layer) -> dict[str, Overlap]:
    """Two rows of output at a time, from four of the input."""
    return at_distance(rows_in_order(layer, 4, at_a_time=2))


def _overlap_along_rows(layer: Layer) -> dict[str, Overlap]:
    return at_distance(rows_in_order(layer, 3))


def _kernel(
    name: str,
    form: Form,
    scratch_bytes: Callable[[Layer], int],
    overlap: Callable[[Layer], dict[str, Overlap]],
) -> Kernel:
    return Kernel(
        name,
        applies=form.applies,
        needs=frozenset({"dsp"}),
        overlap=overlap,
        scratch_bytes=scratch_bytes,
        pack=form.pack,
        constants=_constants,
    )


WINOGRAD = _kernel("conv2d_s8__winograd_dsp", Form(2, 2), _scratch, _overlap)
WINOGRAD_ROWS = _kernel("conv2d_s8__winograd_rows_dsp", Form(2, GROUP), _scratch_by_rows, _overlap)
WINOGRAD_1D = _kernel(
    "conv2d_s8__winograd_1d_dsp", Form(1, GROUP), _scratch_along_rows, _overlap_along_rows
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
    return used >= 5 / 8 and channels * used >= 8 and WINOGRAD.applies(layer)


WINOGRAD_PREFERRED = replace(WINOGRAD, applies=_is_preferred)
