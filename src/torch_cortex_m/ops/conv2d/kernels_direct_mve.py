"""conv2d's kernel for MVE that reads windows where they are, and needs no scratch memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..packing.mve import LANES, has_plain_requantization, rounding
from ..rules.overlap import at_distance, places_in_order, window_starts
from .kernels_mve import LARGEST_STORE, MVE, ordered_rows, quad_tiles, quads_cost_less, tiles

FARTHEST_BYTES = 254
"""How far apart VLDRB reads from the same address: its offsets go from -127 to 127."""

LONGEST_RUN = 128
"""Bytes of a single window that follow each other, read at offsets up to 112."""

MOST_STEPS = 36
"""Vectors of a single window that TCM_MVE_ROOM has room for."""


class Run(NamedTuple):
    """A part of a window: ``kernel_rows`` times so many adjacent bytes, kernel_step bytes apart."""

    kernel_rows: int
    kernel_step: int
    bytes: int


class Walk(NamedTuple):
    """``rows`` of the input with ``windows`` that are ``distance`` bytes apart: the columns of the
    output or, where it has a single one, its rows. Distance 0 where windows are single.

    kernel_rows and kernel_step: see Run. columns, vectors, phases: how one is walked over, see
    tcm_mve_windows.
    """

    rows: int
    image_rows: int
    image_step: int
    row_step: int
    windows: int
    distance: int
    kernel_rows: int
    kernel_step: int
    columns: int
    vectors: int
    phases: int

    def is_in_reach(self, at_a_time: int) -> bool:
        """Whether instructions can address so many windows that follow each other."""
        run = LANES * self.columns * self.vectors
        if self.windows == 1:
            return self.kernel_rows == 1 or (run <= LONGEST_RUN and self.steps <= MOST_STEPS)
        return run - LANES + (at_a_time - 1) * self.distance <= FARTHEST_BYTES

    @property
    def steps(self) -> int:
        return self.kernel_rows * self.columns * self.vectors


def _applies(layer: Layer) -> bool:
    op, weight = layer.op, layer.constants.get("weight")
    if weight is None or not has_plain_requantization(layer):
        return False
    if op.groups > 1 or any(op.padding) or weight.shape[1:3] == (1, 1):
        return False
    run = _run(layer)
    if run is None or run.bytes % LANES or not _can_be_added(run.kernel_step):
        return False
    return _walk(layer, run).is_in_reach(2)


def _run(layer: Layer) -> Run | None:
    """Kernel rows, or the columns of one; None where windows are neither."""
    _, kernel_height, kernel_width, channels = layer.types["weight"].shape
    row = layer.types["input"].shape[2] * channels
    down = (kernel_height, layer.op.dilation[0] * row)
    across = (kernel_width, layer.op.dilation[1] * channels)
    if kernel_width == 1:
        down, across = across, down
    if across[0] == 1 or across[1] == channels:
        return Run(*down, across[0] * channels)
    return Run(*across, channels) if down[0] == 1 else None


def _can_be_added(step: int) -> bool:
    """Whether ADD takes the number: 12 bits, or 8 bits anywhere."""
    return step < 1 << 12 or step % (1 << (step.bit_length() - 8)) == 0


def _walk(layer: Layer, run: Run) -> Walk:
    _, height, width, channels = layer.types["input"].shape
    batches, rows, columns, _ = layer.output.shape
    image = height * width * channels
    down, across = layer.op.stride[0] * width * channels, layer.op.stride[1] * channels
    if columns > 1:
        windows = (batches * rows, rows, image, down, columns, across)
    else:
        windows = (batches, 1, image, 0, rows, down if rows > 1 else 0)
    return Walk(*windows, *run[:2], *_order(run.bytes, channels, windows[-1]))


def _order(run: int, channels: int, distance: int) -> tuple[int, int, int]:
    """By pixels, which windows share, where their distance and channels allow that."""
    if channels % LANES or distance % channels or distance == 0:
        return 1, run // LANES, 1
    columns = run // channels
    return columns, channels // LANES, min(distance // channels, columns)


def _known_walk(layer: Layer) -> Walk:
    """Of a layer that the kernel computes."""
    run = _run(layer)
    assert run is not None
    return _walk(layer, run)


def _computes_fours(layer: Layer) -> bool:
    """Whether fours of windows can be computed, and take fewer cycles than pairs: they do if
    windows share what they read. Otherwise they take as many, and more instructions."""
    filters, walk = layer.output.shape[3], _known_walk(layer)
    return (
        walk.phases < walk.columns
        and filters % 2 == 0
        and walk.windows >= 4
        and 3 * filters <= LARGEST_STORE
        and walk.is_in_reach(4)
        and quads_cost_less(layer, walk.windows)
    )


def _constants(layer: Layer) -> dict[str, int | float]:
    walk = _known_walk(layer)._asdict()
    return {**walk, "rounding": rounding(layer), "fours": int(_computes_fours(layer))}


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    walk = _known_walk(layer)
    rows = ordered_rows(layer, walk.kernel_rows, walk.columns, walk.vectors, walk.phases)
    if _computes_fours(layer):
        return {"tiles": quad_tiles(layer, rows, [slice(None)])}
    return {"tiles": tiles(layer, rows, slice(None), 0)}


def _overlap(layer: Layer) -> dict[str, Overlap]:
    """Windows of a pair or four are read until the last channels of all of them are written, and
    last ones are computed again."""
    again = 3 if _computes_fours(layer) else 1
    return at_distance(places_in_order(layer, window_starts(layer), again=again))


DIRECT_MVE_KERNELS = [
    Kernel(
        "conv2d_s8__direct_mve",
        needs=MVE,
        applies=_applies,
        pack=_pack,
        constants=_constants,
        overlap=_overlap,
    )
]
