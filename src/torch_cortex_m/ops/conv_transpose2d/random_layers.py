"""Random layers of conv_transpose2d, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, channel_tensors, int8, output_range, pick, weights
from ..rules.wide_cases import widened_layer
from .op import ConvTranspose2d


def any_layer(rng: Rng, name: str) -> Case:
    kernel = pick(rng, (2, 2), (3, 3), (4, 4), (1, 4), (1, 1), (5, 2))
    stride = pick(rng, (2, 2), (2, 2), (1, 1), (1, 2), (3, 2))
    dilation = pick(rng, (1, 1), (1, 1), (1, 1), (2, 1), (2, 3))
    padding = tuple(int(value) for value in rng.integers(0, 3, 2))
    groups = pick(rng, 1, 1, 1, 2, 3)
    inputs, filters = int(rng.integers(1, 20)), int(rng.integers(1, 10))
    height, width = (int(value) for value in rng.integers(1, 7, 2))
    full = tuple(
        (size - 1) * step + factor * (taps - 1) + 1
        for size, step, factor, taps in zip((height, width), stride, dilation, kernel, strict=True)
    )
    op = ConvTranspose2d(
        output_size=tuple(max(size + int(rng.integers(-3, 3)), 1) for size in full),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        input_offset=int(rng.integers(-127, 129)),
        **output_range(rng),
    )
    tensors = channel_tensors(rng, groups * filters, kernel[0] * kernel[1] * inputs)
    tensors |= {
        "input": int8(rng, (pick(rng, 1, 1, 2), height, width, groups * inputs)),
        "weight": weights(rng, (groups * filters, *kernel, inputs)),
    }
    return Case(name, op, tensors)


RANDOM_LAYERS = (any_layer, widened_layer(any_layer))
