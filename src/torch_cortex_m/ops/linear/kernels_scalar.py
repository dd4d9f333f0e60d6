"""linear on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.cmsis_nn import are_constant
from ..packing.scalar import pack_columns, requantization_constants


def _applies(layer: Layer) -> bool:
    """A column that only one filter reads is not worth preparing."""
    known = are_constant(layer, "weight", "bias", "multipliers", "shifts")
    return known and layer.op.weight_offset == 0 and layer.output.shape[-1] > 1


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return pack_columns(layer, layer.constants["weight"])


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

SCALAR_KERNELS = [COLUMNS]
