"""resize_bilinear by the weights of four pixels, which are small for usual scales: 1/16 for twice
the size."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

import numpy as np

from ..base import Kernel, Layer

PLACE_BITS = 10


def fraction_bits(layer: Layer) -> int:
    """Places are multiples of 1 / 2^bits pixel; at least 1."""
    unit = gcd(1 << (PLACE_BITS - 1), *layer.op.rows, *layer.op.columns)
    return PLACE_BITS + 1 - unit.bit_length()


def _computes(most_bits: int, least_channels: int) -> Callable[[Layer], bool]:
    def applies(layer: Layer) -> bool:
        fills_block = layer.output.shape[-1] >= least_channels
        return fills_block and fraction_bits(layer) <= most_bits

    return applies


def packed_places(layer: Layer) -> dict[str, np.ndarray]:
    return {
        "rows": np.array(layer.op.rows, np.int32),
        "columns": np.array(layer.op.columns, np.int32),
    }


def _kernel(name: str, most_bits: int, least_channels: int, *needs: str) -> Kernel:
    return Kernel(
        f"resize_bilinear_s8__{name}",
        needs=frozenset(needs),
        applies=_computes(most_bits, least_channels),
        pack=packed_places,
        constants=lambda layer: {"fraction_bits": fraction_bits(layer)},
    )


WEIGHT_KERNELS = [
    _kernel("words", 4, 4),
    _kernel("lanes_mve", PLACE_BITS, 4, "mve"),
    _kernel("halves_mve", 3, 8, "mve"),
]
