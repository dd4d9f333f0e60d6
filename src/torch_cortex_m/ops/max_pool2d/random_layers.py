"""Random layers of max_pool2d, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import (
    Rng,
    image,
    int8,
    output_range,
    pick,
    pool_window,
)
from ..rules.random_network_data import more_channels
from ..rules.wide_cases import widened_layer
from .op import MaxPool2d


def any_layer(rng: Rng, name: str) -> Case:
    limits = {key: value for key, value in output_range(rng).items() if key != "output_offset"}
    dilation = pick(rng, (1, 1), (1, 1), (2, 3))
    op = MaxPool2d(**pool_window(rng), **limits, dilation=dilation)
    shape = (pick(rng, 1, 2), *image(rng), int(rng.integers(1, 12)))
    return Case(name, op, {"input": int8(rng, shape)})


def network_layer(rng: Rng, name: str) -> Case:
    return more_channels(rng, any_layer(rng, name))


RANDOM_LAYERS = (any_layer, network_layer, widened_layer(any_layer))
