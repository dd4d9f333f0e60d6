"""Layers that are common in networks for microcontrollers: they ship measured, too."""

from __future__ import annotations

from torch_cortex_m.ops.add.cases import case as add
from torch_cortex_m.ops.avg_pool2d.cases import case as avg_pool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.softmax.cases import case as softmax

from .layers import SAME, conv_3x3, depthwise_3x3, global_pool, pointwise

SIZES_AND_CHANNELS = ((48, 16), (48, 24), (24, 48), (12, 32), (12, 96), (6, 64), (6, 192), (3, 128))
"""Height (and width), channels: depthwise-separable networks from 96x96 images."""

POINTWISE = (
    (48, 16, 8),
    (48, 16, 16),
    (24, 16, 96),
    (24, 96, 24),
    (12, 32, 64),
    (12, 64, 64),
    (12, 192, 32),
    (6, 64, 128),
    (6, 192, 64),
    (3, 128, 256),
)
"""Height (and width), channels, filters."""

CONV_3X3 = (
    (28, 1, 16, 1),
    (32, 3, 32, 1),
    (32, 8, 8, 1),
    (16, 16, 32, 2),
    (16, 24, 24, 1),
    (8, 32, 64, 2),
)
"""Height (and width), channels, filters, stride."""

ONE_CHANNEL = ((28, 16, 3), (28, 32, 5), (32, 8, 3), (64, 4, 3))
"""Height (and width), filters, kernel: first layers of a grey image or a spectrogram."""

LARGE_DEPTHWISE = (
    (12, 72, 5, 2),
    (12, 120, 5, 1),
    (6, 240, 5, 1),
    (3, 576, 5, 1),
    (24, 32, 7, 1),
    (12, 64, 7, 1),
    (6, 128, 7, 1),
)
"""Height (and width), channels, kernel, stride: MobileNetV3, EfficientNet, ConvNeXt."""

MULTIPLIED = ((24, 8, 2), (12, 16, 4), (24, 3, 8), (28, 2, 16))
"""Height (and width), channels, depth multiplier of depthwise layers."""

FEW_CHANNELS = ((24, 1), (24, 3), (24, 6), (24, 8))
"""Height (and width), channels of pooling: few channels fill no vector of 16."""

LINEAR = ((256, 64), (400, 120), (512, 10), (1024, 16), (32, 10), (16, 4))

SOFTMAX = ((1, 2), (1, 10), (1, 35), (1, 100), (8, 16), (64, 10))


def common_layers() -> list[Case]:
    """Distinct in signature from the layers of FAMILIES."""
    cases = [
        depthwise_3x3(size, size, channels, stride)
        for size, channels in SIZES_AND_CHANNELS
        for stride in (1, 2)
    ]
    cases += [pointwise(size, size, *filters) for size, *filters in POINTWISE]
    cases += [conv_3x3(*numbers) for numbers in CONV_3X3]
    cases += [_one_channel(*numbers) for numbers in ONE_CHANNEL]
    cases += [_large_depthwise(*numbers) for numbers in LARGE_DEPTHWISE]
    cases += [_multiplied(*numbers) for numbers in MULTIPLIED]
    cases += [_spectrogram()]
    cases += [
        linear(f"linear {inputs}-{outputs}", (1, inputs), outputs, bias=True)
        for inputs, outputs in LINEAR
    ]
    cases += [add(f"add {h}x{h}x{c}", (1, h, h, c)) for h, c in ((24, 24), (12, 32), (6, 64))]
    cases += [global_pool(6, 6, 192), global_pool(3, 3, 256), global_pool(1, 16, 32)]
    cases += [softmax(f"softmax {n}x{m}", (n, m)) for n, m in SOFTMAX]
    cases += [
        max_pool2d(f"max_pool 2x2 {h}x{h}x{c}", (1, h, h, c))
        for h, c in ((28, 16), (16, 32), *FEW_CHANNELS)
    ]
    cases += [avg_pool2d(f"avg_pool 2x2 {h}x{h}x{c}", (1, h, h, c)) for h, c in FEW_CHANNELS]
    return cases


def _one_channel(size: int, filters: int, kernel: int) -> Case:
    name = f"conv{kernel}x{kernel} {size}x{size}x1-{filters}"
    return depthwise(
        name,
        (1, size, size, 1),
        (kernel, kernel),
        padding=(kernel // 2,) * 4,
        depth_multiplier=filters,
        bias=True,
    )


def _large_depthwise(size: int, channels: int, kernel: int, stride: int) -> Case:
    return depthwise(
        f"dw{kernel}x{kernel} {size}x{size}x{channels}" + (" s2" if stride == 2 else ""),
        (1, size, size, channels),
        (kernel, kernel),
        stride=(stride, stride),
        padding=(kernel // 2,) * 4,
        bias=True,
    )


def _spectrogram() -> Case:
    """The first layer of TensorFlow Lite Micro's micro_speech."""
    return depthwise(
        "dw10x8 49x40x1 x8 s2",
        (1, 49, 40, 1),
        (10, 8),
        stride=(2, 2),
        padding=(4, 3, 5, 3),
        depth_multiplier=8,
        bias=True,
    )


def _multiplied(size: int, channels: int, multiplier: int) -> Case:
    return depthwise(
        f"dw3x3 {size}x{size}x{channels} x{multiplier}",
        (1, size, size, channels),
        padding=SAME,
        depth_multiplier=multiplier,
        bias=True,
    )
