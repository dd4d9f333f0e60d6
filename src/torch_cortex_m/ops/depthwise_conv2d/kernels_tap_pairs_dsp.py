"""depthwise_conv2d on cores with the DSP extension where nothing pads and the taps of a window lie
at equal distances: windows of one row or column, and those as wide as the image."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import wrapped
from ..packing.cmsis_nn import are_constant
from ..rules.overlap import place_by_place
from .kernels_dsp import (
    channel_blocks,
    channel_parameters,
    requantization,
    requantization_constants,
    scaled_taps,
)


def _applies(layer: Layer) -> bool:
    return (
        layer.types["input"].shape[3] >= 4
        and layer.op.depth_multiplier == 1
        and not any(layer.op.padding)
        and _tap_step(layer) is not None
        and are_constant(layer, "weight", "bias", "multipliers", "shifts")
    )


def _tap_step(layer: Layer) -> int | None:
    """Bytes from one tap to the next, None where they differ."""
    _, _, width, channels = layer.types["input"].shape
    kernel_height, kernel_width = layer.types["weight"].shape[1:3]
    down, right = layer.op.dilation
    if kernel_height == 1:
        return right * channels
    if kernel_width == 1:
        return down * width * channels
    return channels if (down, right) == (1, 1) and kernel_width == width else None


def _constants(layer: Layer) -> dict[str, int | float]:
    kernel_height, kernel_width = layer.types["weight"].shape[1:3]
    step = _tap_step(layer)
    assert step is not None, "see _applies"
    taps = kernel_height * kernel_width
    return {"taps": taps, "tap_step": step, **requantization_constants(layer)}


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """``weight`` as the header says, and the parameters of ``channel_parameters``."""
    found = requantization(layer)
    taps = scaled_taps(layer, found)
    if len(taps) % 2:
        taps = np.pad(taps, ((0, 1), (0, 0)))
    pairs = (taps[0::2] & 0xFFFF) + (taps[1::2] << 16)
    blocks = np.stack([pairs[:, block] for block in channel_blocks(pairs.shape[1])])
    return {"weight": wrapped(blocks), "parameters": channel_parameters(layer, found)}


TAP_PAIRS_DSP = Kernel(
    "depthwise_conv2d_s8__tap_pairs_dsp",
    applies=_applies,
    needs=frozenset({"dsp"}),
    pack=_pack,
    constants=_constants,
    overlap=place_by_place,
)
