"""Random layers of resize_bilinear, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, image, int8, pick
from .op import ResizeBilinear


def any_layer(rng: Rng, name: str) -> Case:
    return _layer(rng, name, 1)


def coarse_layer(rng: Rng, name: str) -> Case:
    """Places as scales of 2, 4, 8 and 16 have them."""
    return _layer(rng, name, pick(rng, 512, 256, 128, 64))


def _layer(rng: Rng, name: str, unit: int) -> Case:
    """Places are multiples of this."""
    size = image(rng)
    rows, columns = (
        tuple(
            unit * int(place)
            for place in rng.integers(0, 1024 // unit * (each - 1) + 1, int(rng.integers(1, 16)))
        )
        for each in size
    )
    shape = (int(rng.integers(1, 3)), *size, int(rng.integers(1, 20)))
    return Case(name, ResizeBilinear(rows, columns), {"input": int8(rng, shape)})


RANDOM_LAYERS = (any_layer, coarse_layer)
