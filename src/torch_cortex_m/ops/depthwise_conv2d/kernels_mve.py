"""depthwise_conv2d's kernels for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, lcm

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..conv2d.kernels_mve import copied_rows_overlap, im2col_constants, im2col_pack, im2col_scratch
from ..conv2d.op import Conv2d
from ..packing.mve import (
    LANES,
    folded_bias,
    has_plain_requantization,
    padded,
    requantization_vectors,
    rounding,
    spare_rows,
)
from ..rules.overlap import at_distance, columns_in_order, rows_in_order
from .dense import dense_filters

MVE = frozenset({"mve"})

CONVOLUTION_FIELDS = (
    "stride",
    "padding",
    "dilation",
    "input_offset",
    "output_offset",
    "activation_min",
    "activation_max",
)

MOST_SHARED_CHANNELS = 4
"""Up to so many input channels a convolution with filters that are mostly zero can win: it does as
many times the work, but vectorises over taps instead of lanes (docs/depthwise-or-general.md)."""

MOST_TAPS = 49
"""Taps that TCM_MVE_ROOM has room for, and the reach of LE."""

LARGEST_ADVANCE = (1 << 16) - 1
"""What MOVW can load."""

LARGEST_STEP = 4095
"""The largest immediate operand of ADD."""

MOST_STRIDE = 5
"""Of patches: what is read beyond a strip is still scratch memory."""

CYCLES_OF_LANES = 1.2
"""An instruction of the lanes takes so many times the estimated cycles of one of the patches or of
the general convolution."""

LARGEST_SUM = (1 << 15) - 1

# Of 16 lanes, those in the bottom and top halves of the bottom halves, then of the top halves.
LANE_ORDER = np.array([0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15])


def lanes_apply(layer: Layer) -> bool:
    weight = layer.constants.get("weight")
    if weight is None or not has_plain_requantization(layer):
        return False
    taps = weight.shape[1] * weight.shape[2]
    rows = (weight.shape[1] - 1) * layer.op.dilation[0] * _row_bytes(layer)
    columns = (weight.shape[2] - 1) * layer.op.dilation[1] * weight.shape[3]
    farthest = max(rows, columns, _unit_bytes(layer), _unit(layer)["unit_input"])
    return taps <= MOST_TAPS and farthest <= LARGEST_ADVANCE


def _unit(layer: Layer) -> dict[str, int]:
    """How a row of output is divided into units of lanes with the same weights.

    A unit is a pixel, whose last block has lanes to spare; or, with a horizontal stride of 1, where
    pixels follow each other in the input as in the output, as many channels as fill whole vectors,
    unless their weights would take much more flash.
    """
    _, _, width, channels = layer.output.shape
    stride = layer.op.stride[1]
    common = lcm(channels, LANES)
    lanes_in_units = -(-width * channels // common) * common
    lanes_in_pixels = width * padded(channels)
    if stride == 1 and lanes_in_units <= lanes_in_pixels and common <= max(64, 2 * channels):
        units, lanes, step = lanes_in_units // common, common, common
    else:
        units, lanes, step = width, padded(channels), channels
    return {
        "units": units,
        "unit_blocks": lanes // LANES,
        "unit_input": step * stride,
        "unit_output": step,
    }


def _taps_per_sum(layer: Layer) -> int:
    """As many taps as possible in every 16-bit sum, whatever the inputs."""
    weight = layer.constants["weight"]
    taps = np.abs(weight.astype(np.int64)).reshape(-1, weight.shape[3]) * 128
    for count in range(len(taps), 1, -1):
        sums = np.add.reduceat(taps, range(0, len(taps), count), axis=0)
        if sums.max() <= LARGEST_SUM:
            return count
    return 1


def _lanes_pack(layer: Layer) -> dict[str, np.ndarray]:
    """Blocks of 16 lanes: biases, weights of each tap, requantization."""
    weight = layer.constants["weight"]
    taps = weight.reshape(-1, weight.shape[3])
    bias = folded_bias(layer, taps.sum(axis=0, dtype=np.int64))
    vectors = requantization_vectors(layer, bias)
    lanes = LANES * _unit(layer)["unit_blocks"]
    if _unit(layer)["unit_output"] == lanes:
        channels = np.arange(lanes) % taps.shape[1]
    else:
        channels = np.minimum(np.arange(lanes), taps.shape[1] - 1)
    parts = []
    for block in channels.reshape(-1, LANES):
        ordered = vectors[:, block[LANE_ORDER]].reshape(len(vectors), 4, 4).astype("<i4")
        parts += [ordered[0], taps[:, block], ordered[1:].transpose(1, 0, 2)]
    data = [np.ascontiguousarray(part).reshape(-1).view(np.int8) for part in parts]
    return {"lanes": np.concatenate(data)}


def _unit_bytes(layer: Layer) -> int:
    return _lanes_pack(layer)["lanes"].nbytes


def _row_bytes(layer: Layer) -> int:
    """Bytes from one copied row, its channels repeated for the multiplier, to the next."""
    op = layer.op
    extent = op.dilation[1] * (layer.types["weight"].shape[2] - 1) + 1
    columns_read = (layer.output.shape[2] - 1) * op.stride[1] + extent
    width = max(op.padding[1] + layer.types["input"].shape[2], columns_read)
    return padded(width * layer.output.shape[3])


def _rows_needed(layer: Layer) -> int:
    return (layer.types["weight"].shape[1] - 1) * layer.op.dilation[0] + 1


def _spare_rows(layer: Layer) -> int:
    return spare_rows(layer, _rows_needed(layer))


def _lanes_constants(layer: Layer) -> dict[str, int | float]:
    return {
        **_unit(layer),
        "unit_bytes": _unit_bytes(layer),
        "rounding": rounding(layer),
        "row_bytes": _row_bytes(layer),
        "spare_rows": _spare_rows(layer),
        "taps_per_sum": _taps_per_sum(layer),
    }


def _row_written(layer: Layer) -> int:
    """Bytes of a row of output as long as whole units."""
    unit = _unit(layer)
    return (unit["units"] - 1) * unit["unit_output"] + LANES * unit["unit_blocks"]


def _lanes_overlap(layer: Layer) -> dict[str, Overlap]:
    """Rows are copied before they are used; those of the output end with a whole unit."""
    _, _, width, channels = layer.output.shape
    beyond = max(0, _row_written(layer) - width * channels)
    return at_distance(rows_in_order(layer, _rows_needed(layer), kept=True, beyond=beyond))


def _lanes_scratch(layer: Layer) -> int:
    """The copied rows, and a row of output as long as whole units."""
    unit = _unit(layer)
    beyond_row = LANES * unit["unit_blocks"]
    rows = (_rows_needed(layer) + _spare_rows(layer)) * _row_bytes(layer)
    return rows + max(padded(_row_written(layer)), beyond_row)


@dataclass(frozen=True)
class Axis:
    """One dimension of a layer: 1 vertical, 2 horizontal."""

    dimension: int
    size: int
    outputs: int
    kernel: int
    stride: int
    padding: int
    step: int
    output_step: int


def _axes(layer: Layer) -> tuple[Axis, Axis]:
    """(rows, columns) of the patches: the image's, or its columns and rows.

    Strips of patches lie along the columns, and a larger stride is only possible there.
    """
    op = layer.op
    _, height, width, channels = layer.types["input"].shape
    _, output_height, output_width, _ = layer.output.shape
    kernel = layer.types["weight"].shape[1:3]
    vertical = Axis(
        1,
        height,
        output_height,
        kernel[0],
        op.stride[0],
        op.padding[0],
        width * channels,
        output_width * channels,
    )
    horizontal = Axis(
        2, width, output_width, kernel[1], op.stride[1], op.padding[1], channels, channels
    )
    choices = [(vertical, horizontal), (horizontal, vertical)]
    return min(choices, key=lambda axes: _patches_cost(layer, *axes))


def _patches_cost(layer: Layer, rows: Axis, columns: Axis) -> float:
    """Instructions of patches with these rows and columns, infinite where that is impossible."""
    strided = columns.stride > 1
    if (rows.stride > 1 and not strided) or columns.output_step > LARGEST_STEP:
        return inf
    if columns.stride > MOST_STRIDE:
        return inf
    if max(rows.kernel, columns.kernel) > (4 if strided else 3):
        return inf
    quads = -(-layer.output.shape[3] // 4)
    blocks = _blocks(columns)
    vectors = _vectors(layer)
    pairs, odd = divmod(columns.outputs, 2)
    if strided:
        strips, patches = rows.outputs, rows.outputs * (42 * pairs + 30 * odd)
    else:
        whole, half = divmod(rows.outputs, 2)
        strips, patches = (
            whole + half,
            whole * (76 * pairs + 42 * odd) + half * (44 * pairs + 27 * odd),
        )
    if columns.output_step > 127:
        patches += strips * columns.outputs
    strip = blocks * (9 if vectors <= 7 else 13) + 45
    rows_stored = min(rows.size, (rows.outputs - 1) * rows.stride + rows.kernel)
    row = blocks * (9 * vectors + 8) + 60
    return quads * (strips * strip + patches) + rows_stored * row


def lanes_cost(layer: Layer) -> float:
    """Instructions of the other kernel."""
    taps = layer.types["weight"].shape[1] * layer.types["weight"].shape[2]
    sums = -(-taps // _taps_per_sum(layer))
    unit = _unit(layer)
    block = 4 * taps + 3 * (taps - sums) + 8 * sums + 32
    row = _row_bytes(layer) / LANES * 5 * layer.op.stride[0] + 60
    return layer.output.shape[1] * (unit["units"] * (unit["unit_blocks"] * block + 8) + row)


def patches_apply(layer: Layer) -> bool:
    op = layer.op
    if not lanes_apply(layer) or op.depth_multiplier > 1 or op.dilation != (1, 1):
        return False
    fits = 64 * _vectors(layer) <= LARGEST_STEP
    return fits and _patches_cost(layer, *_axes(layer)) < CYCLES_OF_LANES * lanes_cost(layer)


def _vectors(layer: Layer) -> int:
    """Vectors of 16 channels in a pixel."""
    return padded(layer.output.shape[3]) // LANES


def _blocks(columns: Axis) -> int:
    """Blocks of four columns under a row of output; a patch has four columns."""
    pairs = -(-columns.outputs // 2)
    last = 2 * pairs - 2 if columns.stride == 1 else columns.outputs - 1
    return -(-(last * columns.stride + 4) // 4)


def _patches_pack(layer: Layer) -> dict[str, np.ndarray]:
    """Filters in patches of [4 columns][4 rows], and the requantization of every four channels."""
    rows, columns = _axes(layer)
    weight = layer.constants["weight"]
    channels = weight.shape[3]
    patches = np.zeros((channels + -channels % 4, 4, 4), np.int8)
    patches[:channels, : columns.kernel, : rows.kernel] = weight[0].transpose(
        2, columns.dimension - 1, rows.dimension - 1
    )
    bias = folded_bias(layer, patches[:channels].sum(axis=(1, 2), dtype=np.int64))
    vectors = requantization_vectors(layer, bias)
    padded_vectors = np.pad(vectors, ((0, 0), (0, -channels % 4)))
    quads = padded_vectors.reshape(len(vectors), -1, 4).transpose(1, 0, 2)
    return {
        "filters": np.concatenate([np.zeros(LANES, np.int8), patches.reshape(-1)]),
        "parameters": np.ascontiguousarray(quads.astype("<i4")).reshape(-1).view(np.int8),
    }


def _patches_constants(layer: Layer) -> dict[str, int | float]:
    rows, columns = _axes(layer)
    return {
        "rounding": rounding(layer),
        "rows": rows.size,
        "columns": columns.size,
        "output_rows": rows.outputs,
        "output_columns": columns.outputs,
        "input_row_step": rows.step,
        "input_pixel_step": columns.step,
        "output_row_step": rows.output_step,
        "output_pixel_step": columns.output_step,
        "kernel_rows": rows.kernel,
        "row_stride": rows.stride,
        "column_stride": columns.stride,
        "padding_before": rows.padding,
        "padding_left": columns.padding,
        "row_bytes": 64 * _vectors(layer) * _blocks(columns),
        "strip_bytes": 64 * _blocks(columns),
    }


def _patches_overlap(layer: Layer) -> dict[str, Overlap]:
    """One or two rows (or columns) of output from those of the input that are kept as blocks."""
    rows, columns = _axes(layer)
    at_a_time = 2 if columns.stride == 1 else 1
    extent = rows.kernel + at_a_time - 1
    if rows.dimension == 2:
        return columns_in_order(layer, extent, at_a_time)
    return at_distance(rows_in_order(layer, extent, at_a_time=at_a_time, kept=True))


def _patches_scratch(layer: Layer) -> int:
    sizes = _patches_constants(layer)
    return int(4 * sizes["row_bytes"] + sizes["strip_bytes"] + 5 * LANES * _vectors(layer))


def _im2col_applies(layer: Layer) -> bool:
    if "weight" not in layer.constants or not has_plain_requantization(layer):
        return False
    few_channels = layer.types["input"].shape[3] <= MOST_SHARED_CHANNELS
    return few_channels and (not lanes_apply(layer) or _im2col_wins(layer))


def _im2col_wins(layer: Layer) -> bool:
    """Over the lanes; what else there is, where these do not apply, always takes more."""
    return _im2col_cost(layer) < CYCLES_OF_LANES * lanes_cost(layer)


def _im2col_cost(layer: Layer) -> float:
    """Instructions of a convolution, which takes two pixels and four channels at a time."""
    batches, height, width, channels = layer.output.shape
    _, kernel_height, kernel_width, _ = layer.types["weight"].shape
    input_channels = layer.types["input"].shape[3]
    steps = padded(kernel_height * kernel_width * input_channels) // LANES
    gather = 3 * kernel_height + 12 if input_channels == 1 else 8 * kernel_height + 18
    return batches * height * width * (gather + -(-channels // 4) * (7 * steps + 11))


def _as_conv2d(layer: Layer) -> Layer:
    """The layer as a convolution of all input channels."""
    op = layer.op
    weight = dense_filters(layer.constants["weight"], op.depth_multiplier)
    fields = {name: getattr(op, name) for name in CONVOLUTION_FIELDS}
    types = {**layer.types, "weight": layer.types["weight"].with_shape(weight.shape)}
    return Layer(Conv2d(**fields), types, layer.outputs, {**layer.constants, "weight": weight})


MVE_KERNELS = [
    Kernel(
        "depthwise_conv2d_s8__lanes_mve",
        needs=MVE,
        applies=lanes_apply,
        pack=_lanes_pack,
        constants=_lanes_constants,
        scratch_bytes=_lanes_scratch,
        overlap=_lanes_overlap,
    ),
    Kernel(
        "depthwise_conv2d_s8__patches_mve",
        needs=MVE,
        applies=patches_apply,
        pack=_patches_pack,
        constants=_patches_constants,
        scratch_bytes=_patches_scratch,
        overlap=_patches_overlap,
    ),
    Kernel(
        "depthwise_conv2d_s8__im2col_mve",
        needs=MVE,
        applies=_im2col_applies,
        pack=lambda layer: im2col_pack(_as_conv2d(layer)),
        constants=lambda layer: im2col_constants(_as_conv2d(layer)),
        scratch_bytes=lambda layer: im2col_scratch(_as_conv2d(layer)),
        overlap=lambda layer: copied_rows_overlap(_as_conv2d(layer)),
    ),
]
