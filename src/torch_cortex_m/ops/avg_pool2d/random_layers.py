"""Random layers of avg_pool2d, for tests of every kernel."""

from __future__ import annotations

from dataclasses import replace

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
from ..rules.wide_cases import widened
from .op import AvgPool2d


def any_layer(rng: Rng, name: str) -> Case:
    fields = pool_window(rng)
    if rng.random() < 0.3:
        fields = {"adaptive_output": pick(rng, (1, 1), (2, 3))}
    limits = {key: value for key, value in output_range(rng).items() if key != "output_offset"}
    op = AvgPool2d(
        **fields,
        **limits,
        count_include_pad=bool(rng.random() < 0.5),
        divisor_override=pick(rng, 0, 0, 0, 5),
        padding_value=int(rng.integers(-128, 128)),
        ties_up=bool(rng.random() < 0.2),
    )
    size = pick(rng, image(rng), image(rng), (20, 30))
    return Case(name, op, {"input": int8(rng, (pick(rng, 1, 2), *size, int(rng.integers(1, 12))))})


def network_layer(rng: Rng, name: str) -> Case:
    return more_channels(rng, any_layer(rng, name))


def wide_layer(rng: Rng, name: str) -> Case:
    """Of int16, which knows no ties that go up."""
    case = any_layer(rng, name)
    return widened(replace(case, op=replace(case.op, ties_up=False)))


RANDOM_LAYERS = (any_layer, network_layer, wide_layer)
