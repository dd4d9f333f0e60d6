"""Random layers of depthwise_conv2d, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import (
    Rng,
    channel_tensors,
    image,
    int8,
    output_range,
    pick,
    weights,
    window,
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
    window_fields,
)
from .op import DepthwiseConv2d


def any_layer(rng: Rng, name: str) -> Case:
    kernel, fields = window(rng, [(3, 3), (3, 3), (3, 3), (5, 5), (1, 3), (2, 2), (7, 3), (1, 1)])
    channels, multiplier = int(rng.integers(1, 14)), pick(rng, 1, 1, 1, 2, 3)
    if rng.random() < 0.3:
        channels, multiplier = 1, pick(rng, 2, 4, 7, 10)
    filters = channels * multiplier
    op = DepthwiseConv2d(
        **fields,
        depth_multiplier=multiplier,
        input_offset=int(rng.integers(-127, 129)),
        **output_range(rng),
    )
    shape = (pick(rng, 1, 1, 1, 2), *image(rng), channels)
    tensors = channel_tensors(rng, filters, kernel[0] * kernel[1])
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (1, *kernel, filters))}
    return Case(name, op, tensors)


def network_layer(rng: Rng, name: str) -> Case:
    kernel = (3, 3) if chance(rng, 0.6) else pair(rng, 1, 6)
    multiplier = integer(rng, 2, 5) if chance(rng, 0.25) else 1
    channels = channel_count(rng, 64 // multiplier)
    if chance(rng, 0.15):  # as the first layer of a network for sound
        channels = integer(rng, 1, 4)
        multiplier, kernel = integer(rng, 4, 40 // channels), pair(rng, 2, 10)
    shape = (integer(rng, 1, 2), *pair(rng, 1, 12), channels)
    filters = channels * multiplier
    weight = values(rng, (1, *kernel, filters))
    if chance(rng, 0.5):
        weight //= integer(rng, 2, 16)
    op = DepthwiseConv2d(
        **window_fields(rng, kernel),
        depth_multiplier=multiplier,
        input_offset=input_offset(rng),
        **ranges(rng),
    )
    return weighted_case(rng, name, op, values(rng, shape), weight, filters, kernel[0] * kernel[1])


RANDOM_LAYERS = (any_layer, network_layer)
