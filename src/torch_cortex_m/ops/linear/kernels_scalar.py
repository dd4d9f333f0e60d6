"""linear on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.cmsis_nn import are_constant
from ..packing.scalar import FILTERS, pack_columns, requantization_constants


def _applies(layer: Layer) -> bool:
    """A column that only one filter reads is not worth preparing."""
    known = are_constant(layer, "weight", "bias", "multipliers", "shifts")
    return known and layer.op.weight_offset == 0 and layer.output.shape[-1] > 1


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return pack_columns(layer, layer.constants["weight"])


def _pack_words(layer: Layer) -> dict[str, np.ndarray]:
    """``weight`` [blocks of filters, taps] int32: bytes w + 128 of four filters, or 0."""
    weight = layer.constants["weight"]
    raised = np.zeros((-(-len(weight) // FILTERS) * FILTERS, weight.shape[1]), np.uint32)
    raised[: len(weight)] = weight.astype(np.int32) + 128
    blocks = raised.reshape(-1, FILTERS, weight.shape[1])
    words = np.bitwise_or.reduce(blocks << (8 * np.arange(FILTERS, dtype=np.uint32))[:, None], 1)
    return {**_pack(layer), "weight": words.view(np.int32)}


def _constants(layer: Layer) -> dict[str, int | float]:
    return requantization_constants(layer, layer.constants["weight"])


def _scratch(layer: Layer) -> int:
    return layer.types["weight"].shape[1]


COLUMNS = Kernel(
    "linear_s8__columns_scalar",
    applies=_applies,
    scratch_bytes=_scratch,
    pack=_pack,
    constants=_constants,
)

FILTER_PAIRS = Kernel(
    "linear_s8__filter_pairs_scalar",
    applies=_applies,
    scratch_bytes=_scratch,
    pack=_pack_words,
    constants=_constants,
)

SCALAR_KERNELS = [COLUMNS, FILTER_PAIRS]
