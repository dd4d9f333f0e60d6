"""The layers that stand for each family of operators, most of them taken from real networks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from torch_cortex_m.ops import cases, definition, definitions
from torch_cortex_m.ops.add.cases import case as add
from torch_cortex_m.ops.argmax.op import Argmax
from torch_cortex_m.ops.avg_pool2d.cases import case as avg_pool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.batch_matmul.cases import case as batch_matmul
from torch_cortex_m.ops.concatenate.cases import case as concatenate
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.conv_transpose2d.cases import case as conv_transpose2d
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.extreme.op import Extreme
from torch_cortex_m.ops.gather.cases import case as gather
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.lstm.cases import case as lstm_case
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.maximum.op import Maximum
from torch_cortex_m.ops.mean.cases import case as mean
from torch_cortex_m.ops.minimum.op import Minimum
from torch_cortex_m.ops.mul.cases import case as mul
from torch_cortex_m.ops.normalize.cases import case as normalize
from torch_cortex_m.ops.pad.cases import case as pad
from torch_cortex_m.ops.quantize.cases import normal as quantize
from torch_cortex_m.ops.requantize.cases import case as requantize
from torch_cortex_m.ops.resize_bilinear.cases import case as resize_bilinear
from torch_cortex_m.ops.rules.broadcast_cases import case as pair
from torch_cortex_m.ops.rules.case_data import generator, random_int8
from torch_cortex_m.ops.slice.cases import case as slice_
from torch_cortex_m.ops.softmax.cases import case as softmax
from torch_cortex_m.ops.svdf.cases import case as svdf_case
from torch_cortex_m.ops.table.cases import SHUFFLED
from torch_cortex_m.ops.table.cases import case as table
from torch_cortex_m.ops.transpose.cases import case as transpose
from torch_cortex_m.ops.where.cases import case as where

SAME = (1, 1, 1, 1)
IMAGE, CHANNELS = (1, 24, 24, 32), (1, 1, 1, 32)
TWICE = [place // 2 for place in range(24)]
SHUFFLED_CHANNELS = [5 * channel % 32 for channel in range(32)]


def depthwise_3x3(height: int, width: int, channels: int, stride: int = 1) -> Case:
    """Padded as TensorFlow pads "same": with stride 2, an even size has one row at the bottom."""
    padding = SAME if stride == 1 else (0, 0, 1, 1)
    shape = (1, height, width, channels)
    name = f"dw3x3 {height}x{width}x{channels}" + (" s2" if stride == 2 else "")
    return depthwise(name, shape, stride=(stride, stride), padding=padding, bias=True)


def pointwise(height: int, width: int, channels: int, filters: int) -> Case:
    name = f"conv1x1 {height}x{width}x{channels}-{filters}"
    return conv2d(name, (1, height, width, channels), filters, (1, 1), bias=True)


def conv_3x3(size: int, channels: int, filters: int, stride: int = 1) -> Case:
    padding = SAME if stride == 1 else (0, 0, 1, 1)
    name = f"conv3x3 {size}x{size}x{channels}-{filters}" + (" s2" if stride == 2 else "")
    shape = (1, size, size, channels)
    return conv2d(name, shape, filters, stride=(stride, stride), padding=padding, bias=True)


def global_pool(height: int, width: int, channels: int) -> Case:
    name = f"global avg_pool {height}x{width}x{channels}"
    return avg_pool2d(name, (1, height, width, channels), (height, width))


def usual(operator: str) -> Any:
    """The operator with the numbers of one of its own cases."""
    return next(case.op for case in cases(operator) if case.name == "same_shape")


def of_pairs(name: str, op: Any) -> list[Case]:
    return [
        pair(f"{name} 24x24x32", op, IMAGE, IMAGE),
        pair(f"{name} 24x24x32 by channels", op, IMAGE, CHANNELS),
    ]


def of_blocks(name: str, op: Any) -> list[Case]:
    shapes = {"576x32": (1, 576, 32), "64 rows of 128": (64, 128, 1)}
    return [
        Case(f"{name} {text}", op, {"input": random_int8(generator(name), shape)})
        for text, shape in shapes.items()
    ]


def upsampling(size: int, channels: int, filters: int, kernel: int) -> Case:
    """To twice the height and width."""
    name = f"up{kernel}x{kernel} {size}x{size}x{channels}-{filters}"
    padding, more = (kernel - 1) // 2, kernel % 2
    return conv_transpose2d(
        name,
        (1, size, size, channels),
        filters,
        (kernel, kernel),
        padding=(padding, padding),
        more=(more, more),
    )


def attention_scores(heads: int, length: int, size: int) -> Case:
    """Queries by keys."""
    name = f"queries by keys {heads}x{length}x{size}"
    shape = (1, heads, length, size)
    return batch_matmul(name, shape, shape, transpose_other=True, shift=-9)


def attention_mix(heads: int, length: int, size: int) -> Case:
    """Shares, as softmax gives them, of values."""
    name = f"shares of values {heads}x{length}x{size}"
    shares, values = (1, heads, length, length), (1, heads, length, size)
    return batch_matmul(name, shares, values, input_offset=128, shift=-9)


def symmetric(case: Case) -> Case:
    """Without weights of -128, which quantized models do not have."""
    weights = {
        name: np.maximum(data, -np.iinfo(data.dtype).max)
        for name, data in case.tensors.items()
        if data is not None and name.endswith("weight")
    }
    return replace(case, tensors={**case.tensors, **weights})


def lstm(steps: int, features: int, units: int) -> Case:
    """A cell that reaches from -8 to 8, as in most trained models."""
    name = f"lstm {steps}x{features}-{units}"
    return symmetric(lstm_case(name, (1, steps, features), units, sums=(1 << 30, -4)))


def svdf(features: int, units: int, memory: int, rank: int = 1, dtype: str = "int8") -> Case:
    name = f"svdf {features}-{units} x{memory} rank {rank} {dtype}"
    return symmetric(svdf_case(name, features, units, memory, rank=rank, dtype=dtype))


FAMILIES: dict[str, list[Case]] = {
    "depthwise convolution": [
        depthwise_3x3(48, 48, 8),
        depthwise_3x3(48, 48, 16, stride=2),
        depthwise_3x3(24, 24, 32),
        depthwise_3x3(12, 12, 64),
        depthwise_3x3(6, 6, 128),
        depthwise_3x3(3, 3, 256),
        depthwise_3x3(25, 5, 64),
        depthwise(
            "dw3x3 12x12x16 x4", (1, 12, 12, 16), padding=SAME, depth_multiplier=4, bias=True
        ),
        depthwise("dw5x5 24x24x32", (1, 24, 24, 32), (5, 5), padding=(2, 2, 2, 2), bias=True),
        depthwise(
            "dw3x3 24x24x32 dilated 2",
            (1, 24, 24, 32),
            padding=(2, 2, 2, 2),
            dilation=(2, 2),
            bias=True,
        ),
    ],
    "pointwise convolution": [
        pointwise(48, 48, 8, 16),
        pointwise(25, 5, 64, 64),
        pointwise(24, 24, 32, 32),
        pointwise(6, 6, 128, 128),
        pointwise(3, 3, 256, 256),
    ],
    "convolution": [
        conv_3x3(96, 3, 8, stride=2),
        conv_3x3(32, 3, 16),
        conv_3x3(32, 16, 16),
        conv_3x3(16, 32, 32),
        conv_3x3(8, 64, 64),
        conv2d(
            "conv10x4 49x10x1-64 s2",
            (1, 49, 10, 1),
            64,
            (10, 4),
            stride=(2, 2),
            padding=(4, 1, 5, 1),
            bias=True,
        ),
        conv2d("conv1x3 1x128x16-32", (1, 1, 128, 16), 32, (1, 3), padding=(0, 1, 0, 1), bias=True),
        conv2d(
            "conv3x3 16x16x32-32 4 groups", (1, 16, 16, 32), 32, padding=SAME, groups=4, bias=True
        ),
    ],
    "linear": [
        linear("linear 640-128", (1, 640), 128, bias=True),
        linear("linear 128-128", (1, 128), 128, bias=True),
        linear("linear 128-8", (1, 128), 8, bias=True),
        linear("linear 64-12", (1, 64), 12, bias=True),
    ],
    "transposed convolution": [
        upsampling(8, 64, 32, 2),
        upsampling(16, 32, 16, 2),
        upsampling(8, 32, 16, 3),
        upsampling(16, 16, 8, 3),
        upsampling(8, 32, 16, 4),
        upsampling(16, 16, 1, 4),
        conv_transpose2d("up1x4 1x64x16-16", (1, 1, 64, 16), 16, (1, 4), (1, 2), padding=(0, 1)),
    ],
    "product of activations": [
        attention_scores(1, 16, 32),
        attention_scores(4, 64, 32),
        attention_mix(1, 16, 32),
        attention_mix(4, 64, 32),
        batch_matmul("matmul 1x64x64", (1, 64), (64, 64), shift=-9),
        batch_matmul("matmul 49x49x16", (49, 49), (49, 16), shift=-9),
    ],
    "element by element": [
        mul("mul 24x24x32", IMAGE),
        mul("mul 24x24x32 by channels", IMAGE, CHANNELS),
        add("add 24x24x32 by channels", IMAGE, CHANNELS),
        table("table 24x24x32", SHUFFLED, IMAGE),
        *of_pairs("minimum", Minimum()),
        *of_pairs("maximum", Maximum()),
        *of_pairs("less", usual("less")),
        *of_pairs("equal", usual("equal")),
        *of_pairs("prelu", usual("prelu")),
        pair("squared_difference 24x24x32", usual("squared_difference"), IMAGE, IMAGE),
        pair("squared_difference 64x64 by rows", usual("squared_difference"), (64, 64), (64, 1)),
        where("where 24x24x32", IMAGE, IMAGE, IMAGE),
        where("where 24x24x32 by pixels", (1, 24, 24, 1), IMAGE, (1,)),
    ],
    "moving": [
        pad("pad 24x24x32", IMAGE, (0, 0, 1, 1, 1, 1, 0, 0)),
        pad("pad 32x32x8 channels", (1, 32, 32, 8), (0, 0, 0, 0, 0, 0, 0, 8)),
        pad("pad 48x48x3", (1, 48, 48, 3), (0, 0, 1, 1, 1, 1, 0, 0)),
        transpose((1, 32, 24, 24), (0, 2, 3, 1)),
        transpose(IMAGE, (0, 3, 1, 2)),
        transpose((1, 3, 48, 48), (0, 2, 3, 1)),
        transpose((64, 32), (1, 0)),
        transpose((16, 4, 32), (1, 0, 2)),
        gather("gather 12x12x32 twice as wide", (1, 12, 12, 32), 2, TWICE),
        gather("gather 12x12x32 twice as high", (1, 12, 12, 32), 1, TWICE),
        gather("gather 12x12x32 other channels", (1, 12, 12, 32), 3, SHUFFLED_CHANNELS),
        slice_("slice 24x24x32 half of the channels", IMAGE, (0,) * 4, (1, 24, 24, 16)),
        slice_("slice 24x24x32 window", IMAGE, (0, 2, 2, 0), (1, 20, 20, 32)),
        concatenate("concatenate 24x24x16 channels", (1, 24, 24, 16), (1, 24, 24, 16), 3),
        concatenate("concatenate 12x24x32 rows", (1, 12, 24, 32), (1, 12, 24, 32), 1),
        resize_bilinear("resize_bilinear 12x12x32 twice", (1, 12, 12, 32), (24, 24)),
        resize_bilinear(
            "resize_bilinear 12x12x32 twice aligned", (1, 12, 12, 32), (24, 24), align_corners=True
        ),
    ],
    "reducing": [
        mean("mean 576x32", (1, 576, 32)),
        mean("mean 25x64", (1, 25, 64)),
        mean("mean 64 rows of 128", (64, 128, 1)),
        *of_blocks("extreme", Extreme()),
        *of_blocks("argmax", Argmax()),
        normalize("normalize 16 rows of 64", (16, 1, 1, 64)),
        normalize("normalize 64x16 instances", (1, 64, 16, 1)),
    ],
    "recurrent": [
        *(lstm(steps, 40, units) for units in (64, 128) for steps in (1, 16, 49)),
        lstm(28, 28, 20),
        *(svdf(96, 64, 8, dtype=dtype) for dtype in ("int8", "int16")),
        *(svdf(40, 32, 10, rank=2, dtype=dtype) for dtype in ("int8", "int16")),
    ],
    "other": [
        add("add 32x32x16", (1, 32, 32, 16)),
        global_pool(25, 5, 64),
        global_pool(8, 8, 64),
        avg_pool2d("avg_pool 2x2 24x24x32", (1, 24, 24, 32)),
        max_pool2d("max_pool 2x2 24x24x32", (1, 24, 24, 32)),
        softmax("softmax 1x12", (1, 12)),
        softmax("softmax 16x10", (16, 10)),
        requantize(
            "requantize 24x24x32", (1, 24, 24, 32), multiplier=1518500250, shift=-1, input_offset=7
        ),
        quantize("quantize 4096", (4096,)),
    ],
}
"""Family -> its layers. Operators that are not here are measured on one of their own cases."""


def all_layers() -> list[tuple[str, Case]]:
    listed = [(family, case) for family, chosen in FAMILIES.items() for case in chosen]
    known = {case.op.name for _, case in listed}
    others = [name for name in definitions() if name not in known and not _is_view(name)]
    return listed + [("other", _largest_case(name)) for name in others if cases(name)]


def _is_view(operator: str) -> bool:
    return not definition(operator).kernels


def _largest_case(operator: str) -> Case:
    """The operator's own case with the largest input, named after the operator."""
    largest = max(cases(operator), key=_input_elements)
    return replace(largest, name=f"{operator} {largest.name}")


def _input_elements(case: Case) -> int:
    arrays = (case.tensors[name] for name in case.activations)
    return sum(int(array.size) for array in arrays if array is not None)


def constant_bytes(case: Case) -> int:
    """What the layer's constants take, to know how many layers fit into one image."""
    arrays = (case.tensors[n] for n in case.op.tensor_names() if n not in case.activations)
    return sum(int(array.nbytes) for array in arrays if array is not None)
