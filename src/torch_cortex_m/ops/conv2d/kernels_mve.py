"""conv2d's kernels for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..packing.mve import (
    GENERAL,
    LANES,
    folded_bias,
    has_plain_requantization,
    lead_bytes,
    packed_tiles,
    padded,
    padded_to_lanes,
    requantization_vectors,
    rounding,
    spare_rows,
    unsafe_vectors,
)
from ..rules.overlap import at_distance, places_in_order, rows_in_order, window_starts

MVE = frozenset({"mve"})

ALONE_COLUMNS = 31
"""Up to so many pixels it pays to compute a last odd one on its own."""

WINDOW_BYTES = 2048
"""Scratch memory for windows that wait for each other."""

LARGEST_OFFSET = 508
"""The largest immediate offset of VLDRW."""

LARGEST_STORE = 4095
"""The largest immediate offset of STR."""

MOST_ROW_STEPS = 24
"""The steps of a kernel row that TCM_MVE_ROOM has room for."""

OVERLAPPED_CHANNELS = 8
"""So many output channels tcm_mve_pairs computes at a time where it overlaps pairs."""

PIXELS = 4
"""So many pixels conv2d_s8__pixels_mve.h computes at a time."""

LEAST_PIXELS = 48
"""Of a row: with fewer the registers that are filled once for all pixels do not pay."""

BLOCK_QUADS = 4
"""So many times PIXELS it writes at a time where its output is not aligned."""

LARGEST_INCREMENT = 127
"""The largest that VLDRB adds to its address."""

PIXELS_CONSTANTS = (
    "rounding",
    "rows",
    "columns",
    "image_rows",
    "image_step",
    "row_step",
    "column_step",
)

LARGEST_ROW = 255 << 8
"""The largest multiple of 256 that ADD takes."""


def _pointwise_applies(layer: Layer) -> bool:
    op, weight = layer.op, layer.constants.get("weight")
    if weight is None or not has_plain_requantization(layer):
        return False
    return weight.shape[1:3] == (1, 1) and op.groups == 1 and not any(op.padding)


def _rows_and_columns(layer: Layer) -> tuple[int, int]:
    """Rows of evenly spaced pixels; with stride 1 all pixels are one row."""
    batches, height, width, _ = layer.output.shape
    if layer.op.stride == (1, 1):
        return 1, batches * height * width
    return batches * height, width


def _pointwise_constants(layer: Layer) -> dict[str, int | float]:
    _, height, width, channels = layer.types["input"].shape
    rows, columns = _rows_and_columns(layer)
    return {
        "rounding": rounding(layer),
        "lead_bytes": _pointwise_lead(layer),
        "rows": rows,
        "columns": columns,
        "alone": int(columns % 2 == 1 and columns <= ALONE_COLUMNS),
        "image_rows": layer.output.shape[1],
        "image_step": height * width * channels,
        "row_step": layer.op.stride[0] * width * channels,
        "column_step": layer.op.stride[1] * channels,
        "unsafe_columns": unsafe_vectors(channels, layer.op.stride[1] * channels),
    }


def _pointwise_lead(layer: Layer) -> int:
    return lead_bytes(layer, layer.types["input"].shape[3], _rows_and_columns(layer)[1])


def _pointwise_pack(layer: Layer) -> dict[str, np.ndarray]:
    weight = layer.constants["weight"]
    rows = padded_to_lanes(weight.reshape(len(weight), -1))
    return {"tiles": tiles(layer, rows, slice(None), _pointwise_lead(layer))}


def _pointwise_overlap(layer: Layer) -> dict[str, Overlap]:
    """Two pixels at a time, the last of which may be computed again with the one before it; or,
    where eight channels of all pixels of a row precede the next ones, a row at a time."""
    starts, outputs = window_starts(layer), layer.output.shape[3]
    if _pointwise_lead(layer) and outputs > OVERLAPPED_CHANNELS:
        _, columns = _rows_and_columns(layer)
        return at_distance(places_in_order(layer, starts, at_a_time=columns))
    return at_distance(places_in_order(layer, starts, again=1))


def _pointwise_scratch(layer: Layer) -> int:
    channels = layer.types["input"].shape[3]
    _, columns = _rows_and_columns(layer)
    return min(columns, 2) * padded(channels) if channels % LANES else 0


def _pixels_apply(layer: Layer) -> bool:
    if not _pointwise_applies(layer) or rounding(layer) == GENERAL:
        return False
    _, columns = _rows_and_columns(layer)
    step = layer.op.stride[1] * layer.types["input"].shape[3]
    return (
        layer.types["input"].shape[3] <= LANES
        and columns >= LEAST_PIXELS
        and step <= LARGEST_INCREMENT
        and PIXELS * layer.output.shape[3] <= LARGEST_STORE
    )


def _in_halves(layer: Layer) -> bool:
    """Whether two pixels, which follow each other, share a register."""
    return layer.types["input"].shape[3] <= LANES // 2 and layer.op.stride[1] == 1


def _pixels_constants(layer: Layer) -> dict[str, int | float]:
    constants = _pointwise_constants(layer)
    return {
        **{name: constants[name] for name in PIXELS_CONSTANTS},
        "unsafe_columns": _unsafe_pixels(layer),
        "halves": int(_in_halves(layer)),
        "copied_bytes": _copied_pixels(layer),
        "block_quads": BLOCK_QUADS,
    }


def _unsafe_pixels(layer: Layer) -> int:
    """How many last ones whole registers cannot be read from."""
    channels = layer.types["input"].shape[3]
    if _in_halves(layer):
        return 2 * unsafe_vectors(2 * channels, 2 * channels)
    return unsafe_vectors(channels, layer.op.stride[1] * channels)


def _copied_pixels(layer: Layer) -> int:
    """Bytes of four copied pixels, and what a vector reads beyond them; 0 where none are copied."""
    _, columns = _rows_and_columns(layer)
    channels = layer.types["input"].shape[3]
    copies = columns % PIXELS > 0 or _unsafe_pixels(layer) > 0
    return padded((PIXELS - 1) * layer.op.stride[1] * channels + LANES) if copies else 0


def _pixels_scratch(layer: Layer) -> int:
    """The copied pixels, and a block of outputs unless these are bytes that need no alignment."""
    filters = layer.output.shape[3]
    block = BLOCK_QUADS * PIXELS * filters if filters % 2 == 0 else 0
    return _copied_pixels(layer) + block


def _pixels_pack(layer: Layer) -> dict[str, np.ndarray]:
    """Tiles of two filters: their weights, once or as halves, and their parameters."""
    weight = layer.constants["weight"]
    filters, channels = len(weight), weight.shape[3]
    rows = weight.reshape(filters, channels)
    bias = folded_bias(layer, rows.sum(axis=1, dtype=np.int64))
    odd = filters % 2
    vectors = np.pad(requantization_vectors(layer, bias), ((0, 0), (0, odd)))
    starts = (0, channels) if _in_halves(layer) else (0,)
    weights = np.zeros((filters + odd, len(starts), LANES), np.int8)
    for copy, start in enumerate(starts):
        weights[:filters, copy, start : start + channels] = rows
    parameters = vectors.reshape(len(vectors), -1, 2).transpose(1, 0, 2).astype("<i4")
    tiles = [
        part
        for pair, values in zip(weights.reshape(len(weights) // 2, -1), parameters, strict=True)
        for part in (pair, np.ascontiguousarray(values).reshape(-1).view(np.int8))
    ]
    return {"tiles": np.concatenate(tiles)}


def _pixels_overlap(layer: Layer) -> dict[str, Overlap]:
    """Two filters of all pixels of a row precede the next ones; last pixels are computed again."""
    starts = window_starts(layer)
    if layer.output.shape[3] > 2:
        _, columns = _rows_and_columns(layer)
        return at_distance(places_in_order(layer, starts, at_a_time=columns))
    return at_distance(places_in_order(layer, starts, again=PIXELS - 1))


def _rows_apply(layer: Layer) -> bool:
    op, weight = layer.op, layer.constants.get("weight")
    if weight is None or not has_plain_requantization(layer):
        return False
    _, _, kernel_width, channels = weight.shape
    farthest = padded(kernel_width * channels) - LANES + op.stride[1] * channels
    return (
        op.groups == 1
        and op.dilation[1] == 1
        and channels % 4 == 0
        and layer.output.shape[2] >= 2
        and padded(kernel_width * channels) // LANES <= MOST_ROW_STEPS
        and farthest <= LARGEST_OFFSET
        and op.dilation[0] * _row_bytes(layer) <= LARGEST_ROW
        and _rows_cost_less(layer)
    )


def _rows_cost_less(layer: Layer) -> bool:
    """Whether windows in rows take fewer instructions than copied ones, per row of output.

    Rows pad every kernel row to whole vectors, and compute the last pixel of an odd row twice.
    A step of a tile takes 14 instructions; copying a vector of a window about 3.
    """
    filters, kernel_height, kernel_width, channels = layer.types["weight"].shape
    width = layer.output.shape[2]
    tiles = -(-filters // 4)
    row_steps = padded(kernel_width * channels) // LANES
    window_steps = padded(kernel_height * kernel_width * channels) // LANES
    rows = (width + 1) // 2 * tiles * 14 * kernel_height * row_steps
    copies = width / 2 * (tiles * 14 * window_steps + 2 * kernel_height * (3 * row_steps + 2))
    return rows <= copies


def _row_bytes(layer: Layer) -> int:
    """Bytes from one copied row to the next; the additions of the core can take them."""
    channels = layer.types["input"].shape[3]
    width = max(layer.op.padding[1] + layer.types["input"].shape[2], _columns_read(layer))
    size = width * channels
    return size + -size % (LANES if layer.op.dilation[0] * size <= 4080 else 256)


def _columns_read(layer: Layer) -> int:
    """Columns of the padded input that windows cover."""
    extent = layer.op.dilation[1] * (layer.types["weight"].shape[2] - 1) + 1
    return (layer.output.shape[2] - 1) * layer.op.stride[1] + extent


def _rows_needed(layer: Layer) -> int:
    """Rows of input under one row of output."""
    return (layer.types["weight"].shape[1] - 1) * layer.op.dilation[0] + 1


def _spare_rows(layer: Layer) -> int:
    """Room for new rows before the others have to move."""
    return spare_rows(layer, _rows_needed(layer))


def _rows_scratch(layer: Layer) -> int:
    """The copied rows, and what a last vector may read beyond them."""
    return (_rows_needed(layer) + _spare_rows(layer)) * _row_bytes(layer) + LANES


def copied_rows_overlap(layer: Layer) -> dict[str, Overlap]:
    """The rows under one row of output are copied before it is written, each of them once."""
    return at_distance(rows_in_order(layer, _rows_needed(layer), kept=True))


def _copied_rows(layer: Layer) -> dict[str, int | float]:
    return {
        "rounding": rounding(layer),
        "row_bytes": _row_bytes(layer),
        "spare_rows": _spare_rows(layer),
    }


def _row_order(layer: Layer) -> dict[str, int]:
    """How a kernel row is walked over: see tcm_mve_windows."""
    _, _, kernel_width, channels = layer.types["weight"].shape
    if channels % LANES != 0:
        return {"columns": 1, "vectors": padded(kernel_width * channels) // LANES, "phases": 1}
    phases = min(layer.op.stride[1], kernel_width)
    return {"columns": kernel_width, "vectors": channels // LANES, "phases": phases}


def _rows_constants(layer: Layer) -> dict[str, int | float]:
    return _copied_rows(layer) | _row_order(layer)


def _rows_pack(layer: Layer) -> dict[str, np.ndarray]:
    rows = ordered_rows(layer, layer.types["weight"].shape[1], **_row_order(layer))
    return {"tiles": tiles(layer, rows, slice(None), 0)}


def ordered_rows(
    layer: Layer, kernel_rows: int, columns: int, vectors: int, phases: int
) -> np.ndarray:
    """[filters, 16 * steps]: kernel rows padded to whole vectors, in the order of steps."""
    weight = layer.constants["weight"]
    filters = len(weight)
    rows = padded_to_lanes(weight.reshape(filters * kernel_rows, -1))
    if columns > 1:
        pixels = rows.reshape(filters, kernel_rows, columns, vectors, LANES)
        walk = [x for phase in range(phases) for x in range(phase, columns, phases)]
        rows = pixels[:, :, walk].transpose(0, 1, 3, 2, 4)
    return rows.reshape(filters, -1)


def _quads_apply(layer: Layer) -> bool:
    if not _rows_apply(layer):
        return False
    filters, _, kernel_width, channels = layer.types["weight"].shape
    distance = layer.op.stride[1] * channels
    farthest = (kernel_width - 1) * channels + channels - LANES + 3 * distance
    return (
        channels % LANES == 0
        and filters % 2 == 0
        and layer.output.shape[2] >= 4
        and farthest <= LARGEST_OFFSET
        and 3 * filters <= LARGEST_STORE
        and quads_cost_less(layer, layer.output.shape[2])
    )


def quads_cost_less(layer: Layer, windows: int) -> bool:
    """Whether fours of windows take fewer cycles than pairs, for four channels of a row of them.

    Every row computes whole pairs or fours. A step of eight products takes 18 cycles with pairs,
    and 16 with fours, between whose products there is room for all else if there are a few steps.
    """
    _, kernel_height, kernel_width, channels = layer.types["weight"].shape
    steps = kernel_height * kernel_width * channels // LANES
    pairs = -(-windows // 2) * (18 * steps + 30)
    quads = -(-windows // 4) * 2 * max(16 * steps + 15, 11 * steps + 45)
    return quads <= pairs


def _skips_edges(layer: Layer) -> bool:
    """Whether rows of kernels of three rows are skipped where they are all padding.

    It takes more code and parameters: that pays where an eighth of the rows of output has some.
    """
    height, rows = layer.types["input"].shape[1], layer.output.shape[1]
    tops = [y * layer.op.stride[0] - layer.op.padding[0] for y in range(rows)]
    edges = sum(top < 0 or top + _rows_needed(layer) > height for top in tops)
    _, kernel_height, kernel_width, channels = layer.types["weight"].shape
    tile_gap = 2 * kernel_width * channels + 2 * 4 * 2 * len(_quad_parameters(layer, slice(None)))
    return kernel_height == 3 and 8 * edges >= rows and tile_gap + LANES <= LARGEST_OFFSET


def _quad_parameters(layer: Layer, kernel_rows: slice) -> np.ndarray:
    """int32 [parameters, filters] for windows of some kernel rows; the other ones add nothing."""
    weight = layer.constants["weight"][:, kernel_rows]
    bias = folded_bias(layer, weight.sum(axis=(1, 2, 3), dtype=np.int64))
    vectors = requantization_vectors(layer, bias)
    if rounding(layer) == GENERAL:
        vectors = vectors[[0, 1, 3, 2, 4]]  # masks before multipliers
    return vectors


def _quads_constants(layer: Layer) -> dict[str, int | float]:
    return _rows_constants(layer) | {"edges": int(_skips_edges(layer))}


def _quads_pack(layer: Layer) -> dict[str, np.ndarray]:
    parts = [slice(None)]
    if _skips_edges(layer):
        parts = [slice(0, -1), slice(1, None), slice(None)]
    rows = ordered_rows(layer, layer.types["weight"].shape[1], **_row_order(layer))
    return {"tiles": quad_tiles(layer, rows, parts)}


def quad_tiles(layer: Layer, rows: np.ndarray, parts: Sequence[slice]) -> np.ndarray:
    """Tiles of two channels: weights, and before them the parameters of the tile before; where
    edges are skipped, before each kernel row those of the windows that begin or end there.

    rows: [filters, 16 * steps], the weights in the order of steps. parts: the kernel rows of the
    windows that the parameters before each row of weights are for.
    """
    weights = rows.reshape(len(rows) // 2, 2, len(parts), -1, LANES).transpose(0, 2, 3, 1, 4)
    parameters = [_quad_parameters(layer, part).astype("<i4") for part in parts]
    data: list[np.ndarray] = []
    for tile, tile_weights in enumerate(weights):
        for values, row in zip(parameters, tile_weights, strict=True):
            before = np.roll(values, 2, axis=1)[:, 2 * tile : 2 * tile + 2]
            data += [before, row]
    if len(parts) == 1:
        data.append(parameters[0][:, -2:])
    flat = [np.ascontiguousarray(part).reshape(-1).view(np.int8) for part in data]
    return np.concatenate(flat)


def _im2col_applies(layer: Layer) -> bool:
    return "weight" in layer.constants and has_plain_requantization(layer)


def _capacity(layer: Layer) -> int:
    """Windows that wait for each other: an even number that fits WINDOW_BYTES, and with which a row
    ends, if there is one."""
    most = 2 * max(1, WINDOW_BYTES // (2 * _place(layer)))
    width = layer.output.shape[2]
    return next((count for count in range(most, 2, -2) if width % count == 0), most)


def _place(layer: Layer) -> int:
    """Bytes of a window, with room for what copying writes beyond it."""
    return padded(int(np.prod(layer.types["weight"].shape[1:]))) + LANES


def im2col_scratch(layer: Layer) -> int:
    return _capacity(layer) * _place(layer) + _rows_scratch(layer)


def im2col_constants(layer: Layer) -> dict[str, int | float]:
    return _copied_rows(layer) | {
        "group_tile_bytes": im2col_pack(layer)["tiles"].nbytes // layer.op.groups,
        "capacity": _capacity(layer),
        "lead_bytes": _im2col_lead(layer),
    }


def _im2col_lead(layer: Layer) -> int:
    values = int(np.prod(layer.types["weight"].shape[1:]))
    return lead_bytes(layer, values, layer.output.shape[1] * layer.output.shape[2])


def im2col_pack(layer: Layer) -> dict[str, np.ndarray]:
    """The tiles of each group's filters."""
    weight = layer.constants["weight"]
    rows = padded_to_lanes(weight.reshape(len(weight), -1))
    size = len(weight) // layer.op.groups
    lead = _im2col_lead(layer)
    groups = [slice(start, start + size) for start in range(0, len(weight), size)]
    return {"tiles": np.concatenate([tiles(layer, rows, group, lead) for group in groups])}


def tiles(layer: Layer, rows: np.ndarray, channels: slice, lead: int) -> np.ndarray:
    """The tiles of some output channels; rows: [channels, 16 * steps], all weights in order;
    lead: see lead_bytes."""
    bias = folded_bias(layer, rows.sum(axis=1, dtype=np.int64))
    return packed_tiles(rows[channels], requantization_vectors(layer, bias)[:, channels], lead)


MVE_KERNELS = [
    Kernel(
        "conv2d_s8__im2col_mve",
        needs=MVE,
        applies=_im2col_applies,
        pack=im2col_pack,
        constants=im2col_constants,
        overlap=copied_rows_overlap,
        scratch_bytes=im2col_scratch,
    ),
    Kernel(
        "conv2d_s8__rows_mve",
        needs=MVE,
        applies=_rows_apply,
        pack=_rows_pack,
        constants=_rows_constants,
        overlap=copied_rows_overlap,
        scratch_bytes=_rows_scratch,
    ),
    Kernel(
        "conv2d_s8__quads_mve",
        needs=MVE,
        applies=_quads_apply,
        pack=_quads_pack,
        constants=_quads_constants,
        overlap=copied_rows_overlap,
        scratch_bytes=_rows_scratch,
    ),
    Kernel(
        "conv2d_s8__pointwise_mve",
        needs=MVE,
        applies=_pointwise_applies,
        pack=_pointwise_pack,
        constants=_pointwise_constants,
        overlap=_pointwise_overlap,
        scratch_bytes=_pointwise_scratch,
    ),
    Kernel(
        "conv2d_s8__pixels_mve",
        needs=MVE,
        applies=_pixels_apply,
        pack=_pixels_pack,
        constants=_pixels_constants,
        overlap=_pixels_overlap,
        scratch_bytes=_pixels_scratch,
    ),
]
