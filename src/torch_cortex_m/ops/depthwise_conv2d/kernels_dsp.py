"""depthwise_conv2d on cores with the DSP extension (Cortex-M4, M7, M33).

The kernels work along lines of the image: rows, or columns where those are longer. ``along`` is the
axis of a line, ``across`` the other one.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
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
from ..packing.cmsis_nn import are_constant
from ..packing.dsp import (
    MatrixPacking,
    can_be_wide,
    convolution_overlap,
    convolution_scratch,
    is_better_wide,
    matrix_kernel,
    pack_matrix,
    pack_wide_matrix,
)
from ..rules.overlap import (
    columns_in_order,
    in_channel_blocks,
    places_in_order,
    rows_in_order,
    window_starts,
)

CHANNEL_WORDS = 10
"""Of depthwise_3x3_channel in the header."""

COPIED_BYTES = 1024
"""Up to which four channels of an image are copied with their padding."""

TILE_PLACES = 12
"""Of a row of output with stride 1 that rows_3x3_dsp computes at a time."""

EDGES = {"height": "top", "width": "left"}


def _applies(layer: Layer) -> bool:
    return are_constant(layer, "weight", "bias", "multipliers", "shifts")


def _applies_3x3(layer: Layer) -> bool:
    op = layer.op
    kernel = layer.types["weight"].shape[1:3]
    return kernel == (3, 3) and op.stride == op.dilation == (1, 1) and _applies(layer)


def _axes(layer: Layer) -> dict[str, str]:
    """Which axis is ``along`` (the longer one: each line has its own overhead) and ``across``."""
    _, height, width, _ = layer.output.shape
    along, across = ("height", "width") if height > width else ("width", "height")
    return {"along": along, "across": across}


def _taps(layer: Layer) -> np.ndarray:
    """[across, along, C_out] int8."""
    weight = layer.constants["weight"][0]
    return weight.transpose(1, 0, 2) if _axes(layer)["along"] == "height" else weight


def _filters(layer: Layer) -> np.ndarray:
    """[C_out, taps]"""
    weight = layer.constants["weight"]
    return weight.reshape(-1, weight.shape[-1]).T


def requantization(layer: Layer) -> Requantization:
    return choose_requantization(layer, _filters(layer))


def requantization_constants(layer: Layer) -> dict[str, int | float]:
    found = requantization(layer)
    return {"way": found.way, "common_shift": found.common_shift}


def channel_blocks(channels: int) -> list[slice]:
    """Four channels each; the last ones may overlap those before them."""
    starts = [min(start, channels - 4) for start in range(0, channels, 4)]
    return [slice(start, start + 4) for start in starts]


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """``weight`` [across, along, C_out] and ``parameters``."""
    return {
        "weight": np.ascontiguousarray(_taps(layer)),
        "parameters": channel_parameters(layer, requantization(layer)),
    }


def channel_parameters(layer: Layer, found: Requantization) -> np.ndarray:
    """[C_out, 4] int32: the scale or shift, the bias with the input's zero point (times 2^scale),
    the multiplier and the addend."""
    shift = found.scales if found.way == NON_NEGATIVE else found.shifts
    words = (shift, _scaled_bias(layer, found), found.multipliers, found.addends)
    return np.column_stack([wrapped(values) for values in words])


def scaled_taps(layer: Layer, found: Requantization) -> np.ndarray:
    """[taps, C_out] int64, times 2^scale."""
    return (_filters(layer).astype(np.int64) << found.scales[:, None]).T


def _scaled_bias(layer: Layer, found: Requantization) -> np.ndarray:
    """[C_out] int64: the bias with the input's zero point, times 2^scale."""
    bias = folded_bias(_filters(layer), layer_bias(layer), layer.op.input_offset)
    return bias << found.scales


def _constants(layer: Layer) -> dict[str, int | float]:
    """The geometry and the way of requantization."""
    return {**_geometry(layer), **requantization_constants(layer)}


def _geometry(layer: Layer) -> dict[str, int]:
    """Sizes, steps in bytes and windows by ``along`` and ``across``."""
    sizes = {name: int(value) for name, value in layer.op.constants(layer.types).items()}
    channels = {"input": sizes["input_channels"], "output": layer.output.shape[-1]}
    values: dict[str, int] = {}
    for name, axis in _axes(layer).items():
        for tensor, count in channels.items():
            width = sizes[f"{tensor}_width"] if axis == "height" else 1
            values[f"{name}_{tensor}_step"] = count * width
            values[f"{name}_{tensor}_size"] = sizes[f"{tensor}_{axis}"]
        values[f"{name}_padding"] = sizes[f"padding_{EDGES[axis]}"]
        for field in ("kernel", "stride", "dilation"):
            values[f"{name}_{field}"] = sizes[f"{field}_{axis}"]
    return values | _pairs(values)


def _pairs(values: dict[str, int]) -> dict[str, int]:
    """How the general kernel pairs lines.

    lines: of output in a sweep; depth: pairs of a sweep; shared_pairs: whether sweeps share them;
    along_length: places of a line of pairs with padding; along_count: those from the input.
    """
    stride, dilation = values["across_stride"], values["across_dilation"]
    lines = 2 if stride == dilation == 1 else 1
    extent = values["along_dilation"] * (values["along_kernel"] - 1) + 1
    length = values["along_stride"] * (values["along_output_size"] - 1) + extent
    room = max(0, length - values["along_padding"])
    return {
        "lines": lines,
        "depth": (values["across_kernel"] + lines) // 2,
        "shared_pairs": int(dilation == 1 and stride <= 2),
        "along_length": length,
        "along_count": min(values["along_input_size"], room),
    }


def _block(layer: Layer) -> int:
    """Channels of the input that are unpacked at a time."""
    return min(4, layer.types["input"].shape[3])


def _scratch(layer: Layer) -> int:
    values = _geometry(layer)
    pair = 1 + values["along_length"] * _block(layer)
    taps = values["along_kernel"] * values["lines"] * _block(layer) * layer.op.depth_multiplier
    return 4 * values["depth"] * (pair + taps)


def _scratch_3x3(layer: Layer) -> int:
    length = max(layer.output.shape[1:3]) + 2
    return 4 * _block(layer) * (2 * length + CHANNEL_WORDS * layer.op.depth_multiplier)


def _blocks(layer: Layer) -> int:
    """How often the kernels walk over all places: once for four channels of the input. 0: a last
    block computes channels of the one before it again."""
    channels = layer.types["input"].shape[3]
    return 1 if channels < 4 else 0 if channels % 4 else channels // 4


def _overlap_of_lines(layer: Layer, extent: int, at_a_time: int) -> dict[str, Overlap]:
    """extent: lines of the input that are kept when ``at_a_time`` lines of output are made; 0:
    those are read anew."""
    blocks = _blocks(layer)
    if blocks == 0:
        return {}
    if _axes(layer)["across"] == "width":
        return columns_in_order(layer, extent, at_a_time)
    distance = rows_in_order(layer, extent, at_a_time=at_a_time, kept=True)
    return in_channel_blocks(layer, distance, blocks)


def _overlap(layer: Layer) -> dict[str, Overlap]:
    values = _geometry(layer)
    extent = 2 * values["depth"] if values["shared_pairs"] else 0
    return _overlap_of_lines(layer, extent, values["lines"])


def _overlap_3x3(layer: Layer) -> dict[str, Overlap]:
    return _overlap_of_lines(layer, extent=4, at_a_time=2)


ROW_PAIRS = Kernel(
    "depthwise_conv2d_s8__row_pairs_dsp",
    applies=_applies,
    needs=frozenset({"dsp"}),
    scratch_bytes=_scratch,
    pack=_pack,
    constants=_constants,
    overlap=_overlap,
)

ROW_PAIRS_3X3 = Kernel(
    "depthwise_conv2d_s8__row_pairs_3x3_dsp",
    applies=_applies_3x3,
    needs=frozenset({"dsp"}),
    scratch_bytes=_scratch_3x3,
    pack=_pack,
    constants=_constants,
    overlap=_overlap_3x3,
)


def _applies_four_channels(layer: Layer) -> bool:
    return (
        layer.types["weight"].shape[1:3] == (3, 3)
        and layer.types["input"].shape[3] >= 4
        and layer.op.depth_multiplier == 1
        and 4 * prod(_copied_size(layer)) <= COPIED_BYTES
        and _applies(layer)
        and requantization(layer).way != ANY
    )


def _copied_size(layer: Layer) -> tuple[int, int]:
    """Height and width that the outputs' windows cover, (0, 0) where there is no padding."""
    op, sizes = layer.op, layer.output.shape[1:3]
    height, width = (
        (sizes[axis] - 1) * op.stride[axis] + 2 * op.dilation[axis] + 1 for axis in range(2)
    )
    return (height, width) if any(op.padding) else (0, 0)


def _four_channels_constants(layer: Layer) -> dict[str, int | float]:
    height, width = _copied_size(layer)
    return {
        "copied_height": height,
        "copied_width": width,
        **requantization_constants(layer),
    }


def _four_channels_pack(layer: Layer) -> dict[str, np.ndarray]:
    found = requantization(layer)
    taps, bias = scaled_taps(layer, found), _scaled_bias(layer, found)
    first, second = taps[[0, 1, 2, 6]], taps[[3, 4, 5, 7]]
    pairs = (first & 0xFFFF) + (second << 16)
    parameters = [found.multipliers, found.addends]
    if found.way == RIGHT:
        parameters.append(found.shifts)
    blocks = []
    for block in channel_blocks(len(bias)):
        last = taps[8, block]
        single = (last[2:] & 0xFFFF) + (last[:2] << 16)
        numbers = np.column_stack([values[block] for values in parameters])
        words = (bias[block], pairs[:, block].reshape(-1), single, numbers.reshape(-1))
        blocks.append(np.concatenate(words))
    return {"stream": wrapped(np.stack(blocks))}


def _four_channels_overlap(layer: Layer) -> dict[str, Overlap]:
    blocks = _blocks(layer)
    distance = places_in_order(layer, window_starts(layer))
    return in_channel_blocks(layer, distance, blocks) if blocks > 0 else {}


FOUR_CHANNELS_3X3 = Kernel(
    "depthwise_conv2d_s8__four_channels_3x3_dsp",
    applies=_applies_four_channels,
    needs=frozenset({"dsp"}),
    scratch_bytes=lambda layer: 4 * prod(_copied_size(layer)),
    pack=_four_channels_pack,
    constants=_four_channels_constants,
    overlap=_four_channels_overlap,
)


def _applies_rows(layer: Layer) -> bool:
    op = layer.op
    return (
        layer.types["weight"].shape[1:3] == (3, 3)
        and op.dilation == (1, 1)
        and op.stride[1] in (1, 2)
        and layer.types["input"].shape[3] >= 4
        and op.depth_multiplier == 1
        and _applies(layer)
        and requantization(layer).way != ANY
    )


def _tile(layer: Layer) -> int:
    """Places of a row that are computed at a time."""
    most = TILE_PLACES // layer.op.stride[1]
    return min(most, layer.output.shape[2])


def _rows_scratch(layer: Layer) -> int:
    """Pairs of all columns that a tile reads, last rows of as many or of every second one."""
    tile, stride = _tile(layer), layer.op.stride[1]
    return 16 * ((tile - 1) * stride + 3) + 16 * (tile + 3 - stride)


def _rows_constants(layer: Layer) -> dict[str, int | float]:
    return {"tile": _tile(layer), **requantization_constants(layer)}


def _rows_pack(layer: Layer) -> dict[str, np.ndarray]:
    found = requantization(layer)
    taps, bias = scaled_taps(layer, found), _scaled_bias(layer, found)
    pairs = (taps[0:3] & 0xFFFF) + (taps[3:6] << 16)
    last = (taps[7] & 0xFFFF) + (taps[8] << 16)
    first = taps[6] << 16 if layer.op.stride[1] == 1 else taps[6] & 0xFFFF
    parameters = (found.multipliers, found.addends, found.shifts)
    words = np.column_stack([bias, *pairs, last, first, *parameters])
    return {"stream": wrapped(np.stack([words[block] for block in channel_blocks(len(words))]))}


ROWS_3X3 = Kernel(
    "depthwise_conv2d_s8__rows_3x3_dsp",
    applies=_applies_rows,
    needs=frozenset({"dsp"}),
    scratch_bytes=_rows_scratch,
    pack=_rows_pack,
    constants=_rows_constants,
    overlap=_four_channels_overlap,
)


def _applies_columns(layer: Layer) -> bool:
    return layer.types["input"].shape[3] == 1 and _applies(layer)


def _column_packing(layer: Layer) -> MatrixPacking:
    return pack_matrix(layer, _filters(layer), layer.types["weight"].shape[1])


def _column_scratch(layer: Layer) -> int:
    _, kernel_height, kernel_width, _ = layer.types["weight"].shape
    scattered = kernel_width > 1 and layer.op.dilation[1] > 1
    patches = scattered or any(layer.op.padding)
    return convolution_scratch(layer, kernel_height, kernel_width, patches)


COLUMNS = matrix_kernel(
    "depthwise_conv2d_s8__columns_dsp",
    applies=_applies_columns,
    packing=_column_packing,
    scratch_bytes=_column_scratch,
    overlap=convolution_overlap,
)


def _applies_wide(layer: Layer) -> bool:
    return _applies_columns(layer) and can_be_wide(layer, _filters(layer))


def _wide_is_preferred(layer: Layer) -> bool:
    return _applies_columns(layer) and is_better_wide(layer, _filters(layer))


def _wide_packing(layer: Layer) -> MatrixPacking:
    return pack_wide_matrix(layer, _filters(layer), layer.types["weight"].shape[1])


WIDE_COLUMNS = matrix_kernel(
    "depthwise_conv2d_s8__wide_columns_dsp",
    applies=_applies_wide,
    packing=_wide_packing,
    scratch_bytes=_column_scratch,
    overlap=convolution_overlap,
)

DSP_KERNELS = [
    ROWS_3X3,
    FOUR_CHANNELS_3X3,
    ROW_PAIRS,
    ROW_PAIRS_3X3,
    WIDE_COLUMNS,
    COLUMNS,
    replace(WIDE_COLUMNS, applies=_wide_is_preferred),
]
