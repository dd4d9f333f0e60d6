"""Random layers of resize_bilinear, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, image, int8
from .op import ResizeBilinear


def any_layer(rng: Rng, name: str) -> Case:
    size = image(rng)
    rows, columns = (
        tuple(int(v) for v in rng.integers(0, 1024 * (each - 1) + 1, int(rng.integers(1, 16))))
        for each in size
    )
    shape = (int(rng.integers(1, 3)), *size, int(rng.integers(1, 20)))
    return Case(name, ResizeBilinear(rows, columns), {"input": int8(rng, shape)})


RANDOM_LAYERS = (any_layer,)
