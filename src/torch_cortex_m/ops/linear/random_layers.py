"""Random layers of linear, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import (
    Rng,
    channel_tensors,
    int8,
    output_range,
    pick,
    weights,
)
from ..rules.random_network_data import (
    chance,
    channel_count,
    input_offset,
    integer,
    pair,
    ranges,
    values,
    weighted_case,
)
from .op import Linear


def any_layer(rng: Rng, name: str) -> Case:
    inputs, outputs = int(rng.integers(1, 90)), int(rng.integers(1, 20))
    op = Linear(input_offset=int(rng.integers(-127, 129)), **output_range(rng))
    shape = (pick(rng, 1, 1, int(rng.integers(1, 12))), inputs)
    tensors = channel_tensors(rng, outputs, inputs)
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (outputs, inputs))}
    return Case(name, op, tensors)


def network_layer(rng: Rng, name: str) -> Case:
    features = channel_count(rng, 600 if chance(rng, 0.2) else 80)
    leading = [(), (integer(rng, 1, 5),), pair(rng, 1, 3)][integer(rng, 0, 2)]
    weight = values(rng, (channel_count(rng, 40), features))
    op = Linear(input_offset=input_offset(rng), **ranges(rng))
    return weighted_case(
        rng, name, op, values(rng, (*leading, features)), weight, len(weight), features
    )


RANDOM_LAYERS = (any_layer, network_layer)
