"""Layers that are common in networks for microcontrollers: they ship measured, too."""

from __future__ import annotations

from torch_cortex_m.ops.add.cases import case as add
from torch_cortex_m.ops.avg_pool2d.cases import case as avg_pool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.batch_matmul.cases import case as batch_matmul
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.gather.cases import case as gather
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.mean.cases import case as mean
from torch_cortex_m.ops.mul.cases import case as mul
from torch_cortex_m.ops.normalize.cases import case as normalize
from torch_cortex_m.ops.pad.cases import case as pad
from torch_cortex_m.ops.resize_bilinear.cases import case as resize_bilinear
from torch_cortex_m.ops.softmax.cases import case as softmax
from torch_cortex_m.ops.transpose.cases import case as transpose

from .layers import SAME, conv_3x3, depthwise_3x3, global_pool, pointwise

SHUFFLED = [5 * channel % 16 for channel in range(16)]

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
    (112, 96, 3, 2),
    (56, 144, 3, 2),
)
"""Height (and width), channels, kernel, stride: MobileNetV3, EfficientNet, ConvNeXt; and those of
large maps of MobileNetV2."""

MULTIPLIED = ((24, 8, 2), (28, 64, 2), (12, 16, 4), (40, 1, 4), (24, 3, 8), (20, 2, 8), (28, 2, 16))
"""Height (and width), channels, depth multiplier of depthwise layers."""

FEW_CHANNELS = ((24, 1), (24, 3), (24, 6), (24, 8))
"""Height (and width), channels of pooling: few channels fill no vector of 16."""

SMALL_CONVOLUTIONS = (
    ((24, 24, 2), 4, (3, 3), 1, 1),
    ((24, 24, 8), 40, (3, 3), 1, 0),
    ((20, 20, 12), 16, (3, 3), 1, 0),
    ((48, 3, 8), 6, (3, 3), 1, 1),
    ((40, 6, 64), 40, (3, 3), 2, 0),
    ((48, 48, 8), 4, (1, 1), 1, 0),
    ((10, 10, 16), 2, (1, 1), 1, 0),
    ((20, 20, 96), 4, (1, 1), 1, 0),
    ((48, 20, 48), 6, (1, 1), 1, 0),
    ((20, 20, 16), 3, (7, 7), 1, 3),
    ((14, 14, 8), 3, (5, 5), 1, 2),
    ((24, 12, 16), 3, (10, 4), 1, 2),
    ((24, 24, 3), 12, (3, 3), 1, 1),
    ((48, 3, 96), 40, (1, 1), 1, 0),
    ((32, 32, 4), 12, (5, 5), 2, 2),
    ((20, 20, 2), 40, (5, 5), 2, 0),
    ((6, 6, 128), 24, (5, 5), 1, 0),
    ((10, 10, 40), 20, (7, 7), 1, 0),
    ((32, 16, 6), 12, (10, 4), 1, 0),
    ((16, 16, 40), 32, (10, 4), 2, 0),
    ((32, 32, 40), 8, (2, 2), 1, 0),
    ((12, 12, 128), 96, (2, 2), 2, 0),
    ((4, 4, 4), 20, (2, 2), 1, 0),
    ((32, 32, 8), 48, (1, 5), 1, 0),
    ((24, 24, 32), 12, (1, 5), 1, 0),
    ((48, 9, 4), 48, (1, 3), 1, 0),
    ((7, 9, 48), 16, (7, 7), 1, 0),
    ((7, 7, 16), 32, (5, 5), 1, 0),
    ((11, 11, 12), 20, (10, 4), 1, 0),
    ((9, 9, 32), 48, (1, 5), 1, 0),
    ((5, 5, 32), 8, (2, 2), 2, 0),
    ((1, 4, 24), 20, (1, 3), 1, 0),
    ((1, 4, 64), 8, (1, 4), 1, 0),
)
"""Input, filters, kernel, stride, padding: few channels, filters or pixels, rare kernels."""

SMALL_DEPTHWISE = (
    ((27, 27, 64), (3, 3), 2, 0),
    ((13, 13, 96), (3, 3), 2, 0),
    ((40, 40, 8), (3, 3), 2, 0),
    ((48, 48, 2), (3, 3), 2, 0),
    ((32, 32, 4), (3, 3), 2, 1),
    ((41, 41, 3), (3, 3), 2, 1),
    ((18, 36, 2), (3, 3), 1, 1),
    ((24, 20, 2), (3, 3), 1, 1),
    ((28, 28, 12), (1, 1), 1, 0),
    ((27, 27, 12), (1, 1), 2, 0),
    ((16, 16, 48), (2, 2), 2, 0),
    ((20, 20, 8), (2, 2), 1, 0),
    ((20, 20, 20), (10, 4), 1, 0),
    ((24, 12, 32), (10, 4), 1, 0),
    ((12, 12, 48), (5, 5), 1, 2),
    ((11, 11, 12), (5, 5), 1, 0),
    ((9, 9, 16), (5, 5), 1, 0),
    ((13, 13, 8), (5, 5), 1, 0),
    ((13, 13, 16), (1, 1), 1, 0),
    ((24, 24, 10), (3, 3), 1, 0),
    ((16, 16, 24), (7, 7), 1, 3),
    ((16, 16, 6), (7, 7), 2, 3),
    ((1, 40, 8), (1, 3), 1, 0),
    ((1, 12, 48), (1, 5), 2, 0),
    ((28, 3, 16), (3, 3), 1, 0),
    ((49, 3, 8), (3, 3), 1, 0),
    ((21, 5, 24), (5, 5), 1, 0),
    ((2, 2, 96), (3, 3), 1, 1),
    ((31, 31, 2), (2, 2), 2, 0),
    ((24, 24, 2), (2, 2), 2, 0),
    ((40, 40, 3), (1, 1), 2, 0),
    ((21, 21, 3), (1, 1), 2, 0),
    ((44, 44, 3), (1, 3), 2, 0),
    ((30, 30, 2), (1, 3), 2, 0),
    ((36, 36, 3), (2, 2), 2, 0),
)
"""Input, kernel, stride, padding."""

STREAMED_DEPTHWISE = (
    ((3, 1, 24), (3, 1), 1),
    ((5, 1, 64), (5, 1), 1),
    ((9, 1, 32), (9, 1), 1),
    ((10, 1, 32), (9, 1), 1),
    ((12, 1, 32), (9, 1), 1),
    ((21, 1, 64), (21, 1), 1),
    ((29, 1, 40), (29, 1), 1),
    ((12, 1, 32), (4, 1), 2),
    ((24, 1, 32), (5, 1), 1),
    ((1, 11, 48), (1, 11), 1),
    ((3, 3, 24), (3, 3), 1),
    ((3, 3, 40), (3, 3), 1),
    ((3, 3, 64), (3, 3), 1),
    ((3, 3, 128), (3, 3), 1),
    ((4, 4, 64), (4, 4), 1),
    ((5, 5, 62), (5, 5), 1),
    ((7, 7, 128), (7, 7), 1),
)
"""Input, kernel, stride: a few frames of sound at a time, and windows as large as the image."""

SMALL_IMAGES = ((1, 3, 2), (1, 16, 12), (8, 8, 3), (20, 20, 10), (32, 32, 4))
"""Height, width, channels of products and sums of two."""

SMALL_PADS = (
    (4, 36, 2),
    (40, 40, 3),
    (48, 24, 6),
    (30, 30, 12),
    (20, 44, 24),
    (10, 10, 96),
    (1, 24, 32),
)
"""Height, width, channels."""

SMALL_TRANSPOSES = (
    (36, 36, 6),
    (21, 21, 6),
    (35, 35, 6),
    (20, 20, 10),
    (15, 15, 20),
    (12, 12, 3),
    (1, 40, 16),
    (8, 8, 64),
)
"""Height, width, channels, which come first."""

SMALL_MEANS = ((3, 128), (9, 32), (36, 20), (100, 6), (500, 4), (400, 3), (50, 2))
"""Places, channels."""

POOLS = ((48, 1), (12, 2), (48, 3), (12, 4), (24, 4), (24, 12), (12, 16), (12, 64))
"""Height (and width), channels."""

PADS = ((12, 64), (48, 8), (96, 3), (28, 1))
"""Height (and width), channels."""

FEW_PIXELS = ((3, 64), (4, 96), (2, 128), (6, 32))
"""Height (and width), channels of depthwise layers."""

ODD_CONVOLUTIONS = (
    ((20, 20, 4), 8, (3, 3), 1),
    ((12, 12, 4), 16, (3, 3), 1),
    ((14, 14, 6), 16, (5, 5), 1),
    ((48, 48, 3), 16, (8, 8), 8),
    ((1, 64, 32), 64, (1, 5), 1),
    ((40, 10, 1), 16, (10, 4), 2),
    ((1, 1, 128), 64, (1, 1), 1),
    ((10, 10, 20), 10, (1, 1), 1),
    ((28, 28, 2), 24, (1, 1), 1),
)
"""Input, filters, kernel, stride, without padding."""

ODD_DEPTHWISE = (
    ((14, 14, 4), (3, 3), 8),
    ((28, 28, 2), (3, 3), 8),
    ((16, 16, 3), (5, 5), 4),
    ((40, 10, 1), (10, 4), 8),
    ((28, 28, 1), (7, 7), 16),
    ((40, 40, 1), (1, 3), 2),
    ((28, 28, 1), (1, 5), 4),
    ((20, 20, 10), (3, 3), 1),
    ((1, 64, 32), (1, 5), 1),
)
"""Input, kernel, multiplier, without padding."""

MATRIX_PRODUCTS = ((1, 128, 32), (4, 32, 16), (32, 32, 32), (1, 32, 100))
"""Rows, their length, columns."""

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
    return cases + _odd_layers()


def _odd_layers() -> list[Case]:
    """Shapes far from the others, where another kernel may be the best."""
    cases = [
        pool(f"{name} 2x2 {size}x{size}x{channels}", (1, size, size, channels))
        for name, pool in (("avg_pool", avg_pool2d), ("max_pool", max_pool2d))
        for size, channels in POOLS
    ]
    cases += [
        pad(f"pad {size}x{size}x{channels}", (1, size, size, channels), (0, 0, 1, 1, 1, 1, 0, 0))
        for size, channels in PADS
    ]
    cases += [depthwise_3x3(size, size, channels) for size, channels in FEW_PIXELS]
    cases += [
        conv2d(
            f"conv{kernel} {image}-{filters} s{stride}",
            (1, *image),
            filters,
            kernel,
            stride=(stride, stride),
            bias=True,
        )
        for image, filters, kernel, stride in ODD_CONVOLUTIONS
    ]
    cases += [
        depthwise(
            f"dw{kernel} {image} x{multiplier}",
            (1, *image),
            kernel,
            depth_multiplier=multiplier,
            bias=True,
        )
        for image, kernel, multiplier in ODD_DEPTHWISE
    ]
    cases += [
        batch_matmul(
            f"matmul {rows}x{length}x{columns}", (rows, length), (length, columns), shift=-9
        )
        for rows, length, columns in MATRIX_PRODUCTS
    ]
    return [
        *cases,
        *_small_layers(),
        transpose((1, 16, 12, 12), (0, 2, 3, 1)),
        transpose((1, 12, 12, 8), (0, 3, 1, 2)),
        mean("mean 49x128", (1, 49, 128)),
        mean("mean 16 rows of 64", (16, 64, 1)),
        gather("gather 24x24x16 other channels", (1, 24, 24, 16), 3, SHUFFLED),
        normalize("normalize 49 rows of 32", (49, 1, 1, 32)),
        resize_bilinear("resize_bilinear 6x6x64 twice", (1, 6, 6, 64), (12, 12)),
    ]


def _small_layers() -> list[Case]:
    """Few channels, filters, rows or pixels: kernels for many of them lose their lead there."""
    cases = [
        conv2d(
            f"conv{kernel} {image}-{filters} s{stride} p{padding}",
            (1, *image),
            filters,
            kernel,
            stride=(stride, stride),
            padding=(padding,) * 4,
            bias=True,
        )
        for image, filters, kernel, stride, padding in SMALL_CONVOLUTIONS
    ]
    cases += [
        depthwise(
            f"dw{kernel} {image} s{stride} p{padding}",
            (1, *image),
            kernel,
            stride=(stride, stride),
            padding=(padding,) * 4,
            bias=True,
        )
        for image, kernel, stride, padding in SMALL_DEPTHWISE
    ]
    cases += [
        depthwise(f"{kernel} on {image}", (1, *image), kernel, stride=(stride, stride), bias=True)
        for image, kernel, stride in STREAMED_DEPTHWISE
    ]
    cases += [
        maker(f"{image} of two", (1, *image)) for image in SMALL_IMAGES for maker in (add, mul)
    ]
    cases += [pad(f"pad {image}", (1, *image), (0, 0, 1, 1, 1, 1, 0, 0)) for image in SMALL_PADS]
    cases += [transpose((1, *image), (0, 3, 1, 2)) for image in SMALL_TRANSPOSES]
    return cases + [mean(f"mean {shape}", (1, *shape)) for shape in SMALL_MEANS]


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
