"""Hypothesis strategies that draw an operator with data for it: small, but of any geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d

Layer = tuple[Any, tuple[np.ndarray | None, ...]]
"""An operator and its tensors."""

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
seeds = st.integers(0, 2**32 - 1)
int8 = st.integers(-128, 127)
offsets = st.integers(-127, 128)


@st.composite
def activations(draw: st.DrawFn) -> dict[str, Any]:
    """All of int8, or any part of it."""
    if draw(st.booleans()):
        return {}
    low, high = sorted((draw(int8), draw(int8)))
    return {"activation_min": low, "activation_max": high}


@st.composite
def windows(
    draw: st.DrawFn, kernel: tuple[int, int], dilation: tuple[int, int] = (1, 1)
) -> dict[str, Any]:
    """Stride, and padding that is less than a window on each side, so that all meet the input."""
    room = [dilation[axis] * (kernel[axis] - 1) for axis in range(2)]
    padding = tuple(draw(st.integers(0, min(room[axis % 2], 3))) for axis in range(4))
    return {"stride": draw(pairs), "padding": padding}


@st.composite
def images(
    draw: st.DrawFn,
    channels: int,
    kernel: tuple[int, int],
    padding: tuple[int, ...],
    dilation: tuple[int, int] = (1, 1),
) -> tuple[int, ...]:
    """The shape of an input that the kernel fits into."""
    spans = []
    for axis in range(2):
        extent = dilation[axis] * (kernel[axis] - 1) + 1
        least = max(1, extent - padding[axis] - padding[axis + 2])
        spans.append(least + draw(st.integers(0, 4)))
    return draw(st.integers(1, 2)), *spans, channels


@st.composite
def channel_data(
    draw: st.DrawFn, input: tuple[int, ...], weight: tuple[int, ...], channels: int
) -> tuple[np.ndarray | None, ...]:
    """input, weight, bias or None, multipliers, shifts: such that most outputs do not saturate."""
    rng = np.random.default_rng(draw(seeds))
    taps = int(np.prod(weight)) // channels
    center = -8 - int(np.log2(taps) / 2)
    bias = rng.integers(-(2**16), 2**16, channels).astype(np.int32)
    return (
        rng.integers(-128, 128, input).astype(np.int8),
        rng.integers(-128, 128, weight).astype(np.int8),
        bias if draw(st.booleans()) else None,
        rng.integers(2**30, 2**31, channels).astype(np.int32),
        (center + rng.integers(-2, 3, channels)).astype(np.int32),
    )


@st.composite
def conv2d_layers(draw: st.DrawFn) -> Layer:
    kernel, dilation = draw(pairs), draw(pairs)
    groups, inputs, outputs = (draw(st.integers(1, 3)) for _ in range(3))
    op = Conv2d(
        **draw(windows(kernel, dilation)),
        dilation=dilation,
        groups=groups,
        input_offset=draw(offsets),
        output_offset=draw(int8),
        **draw(activations()),
    )
    shape = draw(images(groups * inputs, kernel, op.padding, dilation))
    filters = groups * outputs
    return op, draw(channel_data(shape, (filters, *kernel, inputs), filters))


@st.composite
def depthwise_conv2d_layers(draw: st.DrawFn) -> Layer:
    kernel, dilation = draw(pairs), draw(pairs)
    channels = draw(st.integers(1, 5))
    op = DepthwiseConv2d(
        **draw(windows(kernel, dilation)),
        dilation=dilation,
        depth_multiplier=draw(st.integers(1, 3)),
        input_offset=draw(offsets),
        output_offset=draw(int8),
        **draw(activations()),
    )
    shape = draw(images(channels, kernel, op.padding, dilation))
    outputs = channels * op.depth_multiplier
    return op, draw(channel_data(shape, (1, *kernel, outputs), outputs))


@st.composite
def linear_layers(draw: st.DrawFn) -> Layer:
    op = Linear(
        input_offset=draw(offsets),
        weight_offset=draw(st.one_of(st.just(0), offsets)),
        output_offset=draw(int8),
        **draw(activations()),
    )
    leading = draw(st.lists(st.integers(1, 3), max_size=3))
    inputs, outputs = draw(st.integers(1, 20)), draw(st.integers(1, 6))
    return op, draw(channel_data((*leading, inputs), (outputs, inputs), outputs))


@st.composite
def int8_images(draw: st.DrawFn, shape: tuple[int, ...]) -> np.ndarray:
    """Data of the whole range, or of a narrow one with many ties."""
    low, high = draw(st.sampled_from([(-128, 127), (-2, 2), (-128, -126), (125, 127)]))
    rng = np.random.default_rng(draw(seeds))
    return rng.integers(low, high + 1, shape).astype(np.int8)


@st.composite
def max_pool2d_layers(draw: st.DrawFn) -> Layer:
    kernel, dilation = draw(pairs), draw(pairs)
    op = MaxPool2d(
        kernel,
        **draw(windows(kernel, dilation)),
        dilation=dilation,
        ceil_mode=draw(st.booleans()),
        **draw(activations()),
    )
    shape = draw(images(draw(st.integers(1, 3)), kernel, op.padding, dilation))
    return op, (draw(int8_images(shape)),)


@st.composite
def avg_pool2d_layers(draw: st.DrawFn) -> Layer:
    kernel = draw(pairs)
    op = AvgPool2d(
        kernel,
        **draw(windows(kernel)),
        ceil_mode=draw(st.booleans()),
        count_include_pad=draw(st.booleans()),
        divisor_override=draw(st.sampled_from([0, 0, 1, 2, 5, 9, 100])),
        padding_value=draw(int8),
        **draw(activations()),
    )
    shape = draw(images(draw(st.integers(1, 3)), kernel, op.padding))
    return op, (draw(int8_images(shape)),)
