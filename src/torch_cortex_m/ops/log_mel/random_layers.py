"""Random layers of log_mel, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, pick
from .layers import INT16, layer
from .op import LEAST_BITS, MOST_BITS


def any_layer(rng: Rng, name: str) -> Case:
    bits = int(rng.integers(LEAST_BITS, MOST_BITS + 1))
    length = int(rng.integers(1, (1 << bits) + 1))
    samples = length + int(rng.integers(0, 500))
    return layer(
        rng,
        name,
        (pick(rng, 1, 1, 2), samples),
        bits=bits,
        length=length,
        bands=int(rng.integers(1, 30)),
        loudness=int(rng.integers(0, INT16.high.bit_length() + 1)),
        hop=int(rng.integers(30, 300)),
        floor=1 << int(rng.integers(62)),
        log_offset=int(rng.integers(-40, 10)) << 16,
        output_offset=int(rng.integers(-128, 128)),
    )


RANDOM_LAYERS = (any_layer,)
