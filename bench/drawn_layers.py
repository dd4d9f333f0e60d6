"""Layers as networks for microcontrollers have them, drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ops.add.cases import case as add
from torch_cortex_m.ops.avg_pool2d.cases import case as avg_pool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.mean.cases import case as mean_of
from torch_cortex_m.ops.mul.cases import case as mul
from torch_cortex_m.ops.pad.cases import case as pad
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.softmax.cases import case as softmax
from torch_cortex_m.ops.transpose.cases import case as transpose

Rng = np.random.Generator
Image = Callable[[Rng], tuple[int, int]]

CHANNELS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128)
FEW_FILTERS = (1, 2, 3, 4, 6, 8, 10, 12)
KERNELS = ((1, 1), (1, 1), (3, 3), (3, 3), (3, 3), (5, 5), (7, 7), (1, 3), (1, 5), (10, 4), (2, 2))
LEAST_MACS, MOST_MACS = 2_000, 3_000_000


def random_layers(seed: int, count: int) -> Iterator[Case]:
    """Seeded; most are convolutions."""
    makers = (_convolution, _convolution, _depthwise, _depthwise, _linear, _element_wise)
    return _drawn(makers, seed, count)


def few_filters(seed: int, count: int) -> Iterator[Case]:
    """Seeded convolutions with so few filters that kernels differ much in what they make of it."""
    return _drawn((_few_filters,), seed, count)


def thin_images(seed: int, count: int) -> Iterator[Case]:
    """Seeded convolutions and depthwise layers, half each, of one row, or of up to five columns:
    what is computed at a time divides few places badly."""
    return _drawn((_thin_convolution, _thin_depthwise), seed, count)


def pools_and_transposes(seed: int, count: int) -> Iterator[Case]:
    """Seeded; of random layers there are few of these."""
    return _drawn((_pool_or_transpose,), seed, count)


def _drawn(makers: Sequence[Callable[[Rng, str], Case]], seed: int, count: int) -> Iterator[Case]:
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        maker = makers[int(rng.integers(len(makers)))]
        try:
            case = maker(rng, f"seed {seed}, layer {found}")
            graph = case_graph(case)
        except TcmError:
            continue  # the kernel is larger than the padded input
        work = case.op.macs({name: graph.types[name] for name in graph.types})
        if work == 0 or LEAST_MACS <= work <= MOST_MACS:
            found += 1
            yield case


def _image(rng: Rng) -> tuple[int, int]:
    height = 1 if rng.random() < 0.15 else int(rng.integers(3, 50))
    return height, int(rng.integers(3, 50)) if rng.random() < 0.3 else max(height, 3)


def _thin_image(rng: Rng) -> tuple[int, int]:
    if rng.random() < 0.5:
        return 1, int(rng.integers(3, 50))
    return int(rng.integers(3, 50)), int(rng.integers(1, 6))


def _window(rng: Rng) -> dict:
    kernel = KERNELS[rng.integers(len(KERNELS))]
    stride = 2 if rng.random() < 0.25 else 1
    before = [(size - 1) // 2 for size in kernel]
    after = [size // 2 for size in kernel]
    same = rng.random() < 0.6
    fields = {
        "stride": (stride, stride),
        "padding": (*before, *after) if same else (0, 0, 0, 0),
        "bias": bool(rng.random() < 0.85),
    }
    if rng.random() < 0.6:
        fields["output_offset"] = -128  # followed by ReLU
    return {"kernel": kernel, **fields}


def _channels(rng: Rng) -> int:
    return int(rng.choice(CHANNELS))


def _convolution(
    rng: Rng, name: str, image: Image = _image, filters: Sequence[int] = CHANNELS
) -> Case:
    fields = _window(rng)
    shape = (1, *image(rng), _channels(rng))
    return conv2d(name, shape, int(rng.choice(filters)), fields.pop("kernel"), **fields)


def _few_filters(rng: Rng, name: str) -> Case:
    return _convolution(rng, name, filters=FEW_FILTERS)


def _thin_convolution(rng: Rng, name: str) -> Case:
    return _convolution(rng, name, _thin_image)


def _depthwise(rng: Rng, name: str, image: Image = _image) -> Case:
    fields = _window(rng)
    multiplier = int(rng.choice([2, 4, 8])) if rng.random() < 0.2 else 1
    shape = (1, *image(rng), _channels(rng))
    return depthwise(name, shape, fields.pop("kernel"), depth_multiplier=multiplier, **fields)


def _thin_depthwise(rng: Rng, name: str) -> Case:
    return _depthwise(rng, name, _thin_image)


def _linear(rng: Rng, name: str) -> Case:
    inputs = int(rng.integers(4, 700))
    return linear(name, (1, inputs), int(rng.integers(2, 200)), bias=bool(rng.random() < 0.85))


def _element_wise(rng: Rng, name: str) -> Case:
    makers = (add, avg_pool2d, max_pool2d, mul, softmax, _pad, _transpose, _mean)
    return _of_an_image(makers, rng, name)


def _pool_or_transpose(rng: Rng, name: str) -> Case:
    return _of_an_image((avg_pool2d, max_pool2d, _transpose), rng, name)


def _of_an_image(makers: Sequence[Callable[..., Case]], rng: Rng, name: str) -> Case:
    shape = (1, *_image(rng), _channels(rng))
    return makers[int(rng.integers(len(makers)))](name, shape)


def _pad(name: str, shape: tuple[int, ...]) -> Case:
    return pad(name, shape, (0, 0, 1, 1, 1, 1, 0, 0))


def _transpose(name: str, shape: tuple[int, ...]) -> Case:
    return replace(transpose(shape, (0, 3, 1, 2)), name=name)


def _mean(name: str, shape: tuple[int, ...]) -> Case:
    _, height, width, channels = shape
    return mean_of(name, (1, height * width, channels))
