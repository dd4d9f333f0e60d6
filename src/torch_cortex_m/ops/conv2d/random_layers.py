"""Random layers of conv2d, for tests of every kernel."""

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
from ..rules.wide_cases import widened_layer
from .op import Conv2d


def any_layer(rng: Rng, name: str) -> Case:
    kernel, fields = window(rng, [(1, 1), (1, 1), (3, 3), (3, 3), (1, 3), (2, 2), (5, 3), (1, 5)])
    groups = pick(rng, 1, 1, 1, 1, 2, 3)
    inputs, filters = int(rng.integers(1, 20)), int(rng.integers(1, 12))
    op = Conv2d(
        **fields, groups=groups, input_offset=int(rng.integers(-127, 129)), **output_range(rng)
    )
    shape = (pick(rng, 1, 1, 1, 2), *image(rng), groups * inputs)
    tensors = channel_tensors(rng, groups * filters, kernel[0] * kernel[1] * inputs)
    tensors |= {
        "input": int8(rng, shape),
        "weight": weights(rng, (groups * filters, *kernel, inputs)),
    }
    return Case(name, op, tensors)


def window_3x3(rng: Rng, name: str) -> Case:
    """Windows of 3 x 3 with stride 1, on larger images."""
    inputs, filters = int(rng.integers(1, 40)), int(rng.integers(1, 8))
    padding = pick(rng, (1, 1, 1, 1), tuple(int(value) for value in rng.integers(0, 4, 4)))
    op = Conv2d(padding=padding, input_offset=int(rng.integers(-127, 129)), **output_range(rng))
    height, width = int(rng.integers(1, 9)), int(rng.integers(1, 25))
    shape = (pick(rng, 1, 1, 2), height, width, inputs)
    tensors = channel_tensors(rng, filters, 9 * inputs)
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (filters, 3, 3, inputs))}
    return Case(name, op, tensors)


def few_channels(rng: Rng, name: str) -> Case:
    """Pointwise over many pixels of up to 16 channels."""
    inputs, filters = int(rng.integers(1, 17)), int(rng.integers(1, 20))
    op = Conv2d(input_offset=int(rng.integers(-127, 129)), **output_range(rng))
    shape = (pick(rng, 1, 1, 2), int(rng.integers(1, 4)), int(rng.integers(48, 71)), inputs)
    tensors = channel_tensors(rng, filters, inputs)
    tensors |= {"input": int8(rng, shape), "weight": weights(rng, (filters, 1, 1, inputs))}
    return Case(name, op, tensors)


def network_layer(rng: Rng, name: str) -> Case:
    kernel = (1, 1) if chance(rng, 0.35) else pair(rng, 1, 5)
    groups = integer(rng, 2, 4) if chance(rng, 0.2) else 1
    largest = 300 if kernel == (1, 1) and chance(rng, 0.2) else 48
    channels = groups * channel_count(rng, max(1, largest // groups))
    filters = groups * channel_count(rng, 40 // groups)
    if kernel != (1, 1) and chance(rng, 0.4):  # as the layers inside of networks
        groups, channels, filters = 1, 16 * integer(rng, 1, 4), 4 * integer(rng, 1, 8)
    shape = (integer(rng, 1, 2), *pair(rng, 1, 12), channels)
    fields = window_fields(rng, kernel)
    if kernel == (1, 1) and chance(rng, 0.8):
        fields["padding"] = (0, 0, 0, 0)
    weight = values(rng, (filters, *kernel, channels // groups))
    op = Conv2d(**fields, groups=groups, input_offset=input_offset(rng), **ranges(rng))
    return weighted_case(rng, name, op, values(rng, shape), weight, filters, int(weight[0].size))


RANDOM_LAYERS = (any_layer, window_3x3, few_channels, network_layer, widened_layer(any_layer))
