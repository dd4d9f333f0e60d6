"""Packs the weights of convolutions and linear layers for csrc/dsp/tcm_dsp_matrix.h."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer, no_overlap
from ..integers.accumulators import accumulator_ranges
from ..integers.requantization import (
    ANY,
    NON_NEGATIVE,
    RIGHT,
    Requantization,
    choose_requantization,
    folded_bias,
    layer_bias,
    wrapped,
)
from ..rules.overlap import in_channel_blocks, places_in_order, window_starts

COMMON_SHIFTS = (12, 10, 14)
"""For which tcm_dsp_matrix.h has routines; each covers 7 right shifts: 5 ... 11 with 12."""

SUPERPOSED_BITS = 23
"""The sums of the second of two superposed filters are exact below 2^23."""


SEPARATE, SUPERPOSED, WIDE, COMPACT = 0, 1, 2, 3
"""Forms of weights, as in csrc/dsp/tcm_dsp_columns.h."""

FEW_WEIGHTS, FEW_TAPS = 3072, 32
"""Up to these, weights of 16 bits are preferred: for at most 3 KB more flash they take 16 to 19 %
fewer instructions, and with up to 32 taps a filter no more cycles."""


@dataclass(frozen=True)
class MatrixPacking:
    """The stream of a layer, and the constants that belong to it."""

    stream: np.ndarray
    pairs: int
    form: int
    requantization: Requantization

    def constants(self) -> dict[str, int | float]:
        return {
            "pairs": self.pairs,
            "form": self.form,
            "way": self.requantization.way,
            "common_shift": self.requantization.common_shift,
        }


def matrix_kernel(
    name: str,
    *,
    applies: Callable[[Layer], bool],
    packing: Callable[[Layer], MatrixPacking],
    scratch_bytes: Callable[[Layer], int],
    leaves_room: bool = False,
    lean_form_of: str | None = None,
    overlap: Callable[[Layer], dict[str, Overlap]] = no_overlap,
) -> Kernel:
    """The record of a kernel that reads a packing's stream."""
    return Kernel(
        name,
        applies=applies,
        needs=frozenset({"dsp"}),
        scratch_bytes=scratch_bytes,
        pack=lambda layer: {"stream": packing(layer).stream},
        constants=lambda layer: packing(layer).constants(),
        leaves_room=lambda layer: leaves_room,
        lean_form_of=lean_form_of,
        overlap=overlap,
    )


def run_pairs(length: int) -> list[tuple[int, int]]:
    """The pairs of a run of inputs, as tcm_dsp_unpack_4 makes them; -1 stands for nothing."""
    pairs = []
    for start in range(0, length, 4):
        rest = length - start
        if rest == 2:
            pairs.append((start, start + 1))
            continue
        pairs.append((start, start + 2 if rest > 2 else -1))
        if rest > 1:
            pairs.append((start + 1, start + 3 if rest > 3 else -1))
    return pairs


def column_pairs(runs: int, length: int) -> list[tuple[int, int]]:
    """The pairs of a column of ``runs`` runs, one after the other."""
    return [
        (run * length + first, -1 if second < 0 else run * length + second)
        for run in range(runs)
        for first, second in run_pairs(length)
    ]


def convolution_scratch(
    layer: Layer, runs: int, length: int, patches: bool, at_a_time: int = 4
) -> int:
    """Bytes for tcm_dsp_convolve: columns of ``at_a_time`` places, or of one if there are fewer;
    and, with ``patches``, a run of padding and a run for each place."""
    places = at_a_time if prod(layer.output.shape[:3]) >= at_a_time else 1
    columns = 4 * places * len(column_pairs(runs, length))
    return columns + (length * (1 + places) if patches else 0)


def convolution_overlap(layer: Layer, at_a_time: int = 4) -> dict[str, Overlap]:
    """Of tcm_dsp_convolve: the columns of four places, or so many, are unpacked before their
    outputs are written."""
    distance = places_in_order(layer, window_starts(layer), at_a_time=at_a_time, reads_first=True)
    return in_channel_blocks(layer, distance, getattr(layer.op, "groups", 1))


def pack_matrix(layer: Layer, weight: np.ndarray, runs: int, groups: int = 1) -> MatrixPacking:
    """weight [filters, taps] int8, the taps of a filter in ``runs`` runs of equal length.

    The filters of each group start a new pair of filters.
    """
    found = choose_requantization(layer, weight, COMMON_SHIFTS)
    return pack_as(layer, weight, runs, groups, found, can_superpose(layer, weight, groups))


def pack_as(
    layer: Layer,
    weight: np.ndarray,
    runs: int,
    groups: int,
    found: Requantization,
    superposed: bool,
) -> MatrixPacking:
    """The same with a requantization and a form that were chosen before."""
    filters, taps = weight.shape
    order = column_pairs(runs, taps // runs)
    bias = folded_bias(weight, layer_bias(layer), layer.op.input_offset)
    firsts, seconds = _filter_pairs(filters, groups)
    words = _weight_words(weight, order, firsts, seconds, superposed)
    # The second sum starts at bias 0 + 256 * bias 1, as its products add up.
    second_bias = _at(bias, seconds) * (256 if superposed else 1)
    second_bias += bias[firsts] if superposed else 0
    shift = found.scales if found.way == NON_NEGATIVE else found.shifts
    second_shift = _at(shift, seconds)
    if found.way == NON_NEGATIVE:
        second_shift = 8 - second_shift
    columns = [bias[firsts], second_bias, *words]
    columns += [found.multipliers[firsts], found.addends[firsts], shift[firsts]]
    columns += [_at(found.multipliers, seconds), _at(found.addends, seconds), second_shift]
    stream = np.column_stack([wrapped(np.asarray(column)) for column in columns])
    return MatrixPacking(stream, len(order), SUPERPOSED if superposed else SEPARATE, found)


def can_be_wide(layer: Layer, weight: np.ndarray, groups: int = 1) -> bool:
    """Whether csrc/dsp/tcm_dsp_wide.h has routines for the layer; weight [filters, taps]."""
    op = layer.op
    return (
        len(weight) // groups % 2 == 0
        and prod(layer.output.shape[:3]) >= 4
        and (op.activation_min, op.activation_max) == (-128, 127)
        and choose_requantization(layer, weight, COMMON_SHIFTS).way != ANY
    )


def is_better_wide(layer: Layer, weight: np.ndarray, groups: int = 1) -> bool:
    """Whether 16-bit weights are worth their flash; weight [filters, taps]."""
    is_small = weight.size <= FEW_WEIGHTS and weight.shape[1] <= FEW_TAPS
    return is_small and can_be_wide(layer, weight, groups)


def pack_wide_matrix(layer: Layer, weight: np.ndarray, runs: int) -> MatrixPacking:
    """The same as pack_matrix, with weights of 16 bits that are scaled as their sums should be.

    They fit: scales are at most 8.
    """
    order = column_pairs(runs, weight.shape[1] // runs)
    found = choose_requantization(layer, weight, COMMON_SHIFTS)
    bias = folded_bias(weight, layer_bias(layer), layer.op.input_offset) << found.scales
    scaled = np.pad(weight.astype(np.int64) << found.scales[:, None], ((0, 0), (0, 1)))
    first, second = np.array(order).T
    words = (scaled[:, first] & 0xFFFF) + (scaled[:, second] << 16)
    by_filters = words.reshape(-1, 2, len(order)).transpose(0, 2, 1).reshape(-1, 2 * len(order))
    columns = [found.multipliers, found.addends]
    if found.way == RIGHT:
        columns.append(found.shifts)
    parameters = np.column_stack(columns).reshape(len(by_filters), -1)
    stream = np.column_stack([bias.reshape(-1, 2), by_filters, parameters])
    return MatrixPacking(wrapped(stream), len(order), WIDE, found)


def can_be_compact(layer: Layer, weight: np.ndarray, groups: int = 1) -> bool:
    """Whether csrc/dsp/tcm_dsp_compact.h has routines for the layer; weight [filters, taps]. They
    have one addend for channels of constant output: that of output_offset."""
    op = layer.op
    found = choose_requantization(layer, weight, COMMON_SHIFTS)
    constants = (found.addends >> np.maximum(found.shifts, found.common_shift))[
        found.multipliers == 0
    ]
    return (
        len(weight) // groups % 2 == 0
        and (op.activation_min, op.activation_max) == (-128, 127)
        and found.way != ANY
        and bool((constants == op.output_offset).all())
        and can_superpose(layer, weight, groups)
    )


def pack_compact_matrix(
    layer: Layer, weight: np.ndarray, runs: int, groups: int = 1
) -> MatrixPacking:
    """The same as pack_matrix, superposed, with three words instead of six behind the weights of
    two filters."""
    packing = pack_matrix(layer, weight, runs, groups)
    found = packing.requantization
    parameters = packing.stream[:, -6:].reshape(-1, 2, 3)
    multipliers, addends, shifts = np.moveaxis(parameters, 2, 0)
    if found.way == RIGHT:
        numbers = [shifts - 1, np.zeros_like(shifts)]
    else:
        common = (2 * layer.op.output_offset + 1) * (1 << (found.common_shift - 1))
        # Channels of constant output have no rounding, and a multiplier of 0 needs none.
        numbers = [shifts, np.maximum(addends - common, 0)]
    rows = np.concatenate(numbers, axis=1)
    assert np.isin(rows, range(256)).all(), "LARGEST_SHIFT and LARGEST_SCALE keep them so"
    word = rows.astype(np.uint8).view("<i4")
    stream = np.concatenate([packing.stream[:, :-6], multipliers, word], axis=1)
    return MatrixPacking(stream, packing.pairs, COMPACT, found)


def can_go_by_place_pairs(layer: Layer, weight: np.ndarray, groups: int = 1) -> bool:
    """Whether csrc/dsp/tcm_dsp_place_pairs.h has routines for the layer; weight [filters, taps]."""
    op = layer.op
    return (
        len(weight) // groups % 4 == 0
        and (op.activation_min, op.activation_max) == (-128, 127)
        and choose_requantization(layer, weight, COMMON_SHIFTS).way != ANY
        and can_superpose(layer, weight, groups)
    )


def pack_place_pairs(layer: Layer, weight: np.ndarray, runs: int, groups: int = 1) -> MatrixPacking:
    """The same as pack_matrix, superposed, with the words of each two pairs of filters beside each
    other."""
    return _beside(pack_matrix(layer, weight, runs, groups), 2)


def pack_eight_filters(layer: Layer, weight: np.ndarray) -> MatrixPacking:
    """The same with each four pairs of one run; pairs that are left follow as pack_matrix packs
    them."""
    found = pack_matrix(layer, weight, runs=1)
    whole = len(weight) // 8 * 4
    blocks = _beside(replace(found, stream=found.stream[:whole]), 4).stream
    return replace(found, stream=np.concatenate([blocks.ravel(), found.stream[whole:].ravel()]))


def pack_compact_eight_filters(layer: Layer, weight: np.ndarray) -> MatrixPacking:
    """The same as pack_compact_matrix with each four pairs of filters of one run."""
    return _beside(pack_compact_matrix(layer, weight, runs=1), 4)


def _beside(found: MatrixPacking, count: int) -> MatrixPacking:
    """With the words of each ``count`` pairs of filters beside each other."""
    pairs = found.pairs
    blocks = found.stream.reshape(-1, count, found.stream.shape[1])
    words = blocks[:, :, 2 : 2 + pairs].transpose(0, 2, 1)
    parts = (blocks[:, :, :2], words, blocks[:, :, 2 + pairs :])
    stream = np.concatenate([part.reshape(len(blocks), -1) for part in parts], axis=1)
    return replace(found, stream=np.ascontiguousarray(stream))


def _filter_pairs(filters: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """First and second filter of each pair; -1 for an idle partner."""
    size = filters // groups
    starts = np.arange(groups)[:, None] * size
    firsts = starts + np.arange(0, size, 2)
    seconds = np.where(firsts + 1 < starts + size, firsts + 1, -1)
    return firsts.reshape(-1), seconds.reshape(-1)


def _at(values: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """Rows of ``values``, zeros for idle filters."""
    chosen = values[filters].copy()
    chosen[filters < 0] = 0
    return chosen


def can_superpose(layer: Layer, weight: np.ndarray, groups: int = 1) -> bool:
    """Whether w0 + 256 * w1 fits 16 bits everywhere, and the second filters' sums 24 bits."""
    firsts, seconds = _filter_pairs(len(weight), groups)
    wide = weight.astype(np.int64)
    both = wide[firsts] + 256 * _at(wide, seconds)
    low, high = accumulator_ranges(weight, layer_bias(layer), layer.op.input_offset)
    limit = 1 << SUPERPOSED_BITS
    second_low, second_high = _at(low, seconds), _at(high, seconds)
    return bool(
        both.min() >= -(1 << 15) and second_low.min() > -limit and second_high.max() < limit
    )


def _weight_words(
    weight: np.ndarray,
    order: list[tuple[int, int]],
    firsts: np.ndarray,
    seconds: np.ndarray,
    superposed: bool,
) -> np.ndarray:
    """[pairs, filter pairs] words."""
    padded = np.concatenate([weight.astype(np.int64), np.zeros((len(weight), 1), np.int64)], axis=1)
    halves = []
    for side in range(2):
        taps = padded[:, [pair[side] for pair in order]]
        first, second = taps[firsts], _at(taps, seconds)
        halves.append(
            (first + 256 * second if superposed else (first & 0xFF) + 256 * second) & 0xFFFF
        )
    return (halves[0] + (halves[1] << 16)).T
