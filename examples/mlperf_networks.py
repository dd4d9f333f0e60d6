"""The MLPerf Tiny networks as PyTorch modules, and how their official weights are loaded.

    build_kws  DS-CNN        input [N, 1, 49, 10]   output [N, 12] probabilities
    build_ic   ResNet-8      input [N, 3, 32, 32]   output [N, 10] probabilities
    build_vww  MobileNetV1   input [N, 3, 96, 96]   output [N, 2] probabilities
    build_ad   autoencoder   input [N, 640]         output [N, 640]
    build_sww  1D DS-CNN     input [N, 40, 30]      output [N, 3] probabilities

Layers are registered in the order in which the official Keras networks created theirs, because
that order is what names the official arrays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's "same" padding: an odd row or column goes bottom or right.

    Input [N, C, H, W], output [N, C_out, ceil(H / stride), ceil(W / stride)].
    """

    def forward(self, input: Tensor) -> Tensor:
        height = _same_padding(input.shape[2], self.kernel_size[0], self.stride[0])
        width = _same_padding(input.shape[3], self.kernel_size[1], self.stride[1])
        if any(width + height):
            input = functional.pad(input, width + height)
        return super().forward(input)


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """(before, after) of one axis, as TensorFlow defines padding="same"."""
    output_size = -(-size // stride)
    total = max((output_size - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class ConvBlock(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int | tuple[int, int],
        stride: int = 1,
        groups: int = 1,
    ) -> None:
        super().__init__()
        self.conv = SameConv2d(in_channels, out_channels, kernel, stride, groups=groups)
        self.norm = nn.BatchNorm2d(out_channels, eps=1e-3)

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(self.norm(self.conv(input)))


class SeparableBlock(nn.Module):
    """Depthwise 3x3, then pointwise 1x1, each with batch norm and ReLU."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = ConvBlock(in_channels, in_channels, 3, stride, groups=in_channels)
        self.pointwise = ConvBlock(in_channels, out_channels, 1)

    def forward(self, input: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(input))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut, itself a 1x1 convolution where the shape changes."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.first = ConvBlock(in_channels, out_channels, 3, stride)
        self.conv = SameConv2d(out_channels, out_channels, 3)
        self.shortcut = SameConv2d(in_channels, out_channels, 1, stride) if stride > 1 else None
        self.norm = nn.BatchNorm2d(out_channels, eps=1e-3)

    def forward(self, input: Tensor) -> Tensor:
        shortcut = input if self.shortcut is None else self.shortcut(input)
        return functional.relu(shortcut + self.norm(self.conv(self.first(input))))


class Classifier(nn.Module):
    """A convolutional body, global average pooling, a linear layer and softmax."""

    def __init__(self, body: nn.Module, channels: int, classes: int) -> None:
        super().__init__()
        self.body = body
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.linear = nn.Linear(channels, classes)

    def forward(self, image: Tensor) -> Tensor:
        features = self.pool(self.body(image)).flatten(1)
        return self.linear(features).softmax(dim=-1)


class FrameBlock(nn.Module):
    """Depthwise along the frames, pointwise, batch norm, ReLU.

    Input [N, C, frames], output [N, C_out, frames - kernel + 1]: nothing pads.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(in_channels, in_channels, kernel, groups=in_channels, bias=False)
        self.pointwise = nn.Conv1d(in_channels, out_channels, 1, bias=False)
        self.norm = nn.BatchNorm1d(out_channels, eps=1e-3)

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(self.norm(self.pointwise(self.depthwise(input))))


class DenseBlock(nn.Module):
    """Linear, batch norm, ReLU."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.norm = nn.BatchNorm1d(out_features, eps=1e-3)

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(self.norm(self.linear(input)))


def build_kws() -> nn.Module:
    """DS-CNN for keyword spotting."""
    blocks = [SeparableBlock(64, 64) for _ in range(4)]
    return Classifier(nn.Sequential(ConvBlock(1, 64, (10, 4), stride=2), *blocks), 64, 12)


def build_ic() -> nn.Module:
    """ResNet-8 for image classification."""
    blocks = [ResidualBlock(16, 16), ResidualBlock(16, 32, stride=2), ResidualBlock(32, 64, 2)]
    return Classifier(nn.Sequential(ConvBlock(3, 16, 3), *blocks), 64, 10)


def build_vww() -> nn.Module:
    """MobileNetV1 of width 0.25 for visual wake words."""
    widths = [8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256]
    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    shapes = zip(pairwise(widths), strides, strict=True)
    blocks = [SeparableBlock(before, after, stride) for (before, after), stride in shapes]
    return Classifier(nn.Sequential(ConvBlock(3, 8, 3, stride=2), *blocks), 256, 2)


def build_ad() -> nn.Module:
    """Dense autoencoder for anomaly detection."""
    widths = [640, 128, 128, 128, 128, 8, 128, 128, 128, 128]
    blocks = [DenseBlock(before, after) for before, after in pairwise(widths)]
    return nn.Sequential(*blocks, nn.Linear(128, 640))


def build_sww() -> nn.Module:
    """1D DS-CNN for streaming wake words: 30 frames become 28, 24, 15 and 1."""
    widths, kernels = [40, 128, 128, 128, 32], [3, 5, 10, 15]
    shapes = zip(pairwise(widths), kernels, strict=True)
    blocks = [FrameBlock(before, after, kernel) for (before, after), kernel in shapes]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(32, 3), nn.Softmax(dim=-1))


def load_official_weights(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Copy the arrays of a `*_float.npz` into `model`.

    An array is called `POSITION.array` among all layers (kws) or `kind_POSITION.array` among the
    layers of its kind, the first without a number (the other networks).
    """
    counts: Counter[str] = Counter()
    for position, layer in enumerate(_layers_with_weights(model)):
        kind = _official_kind(layer)
        name = f"{kind}_{counts[kind]}" if counts[kind] else kind
        counts[kind] += 1
        prefix = f"{position:02d}" if "00.kernel" in arrays else name
        for attribute, array in _official_arrays(kind).items():
            with torch.no_grad():
                getattr(layer, attribute).copy_(torch.from_numpy(arrays[f"{prefix}.{array}"]))


def set_random_weights(model: nn.Module, inputs: Tensor) -> None:
    """Give `model` random weights, and its batch norms the statistics that `inputs` really have."""
    for layer in _layers_with_weights(model):
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.momentum = 1.0  # this one batch is the statistics
        elif isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    with torch.no_grad():
        model.train()(inputs)


def _layers_with_weights(model: nn.Module) -> list[nn.Module]:
    kinds = nn.Conv1d | nn.Conv2d | nn.Linear | nn.BatchNorm1d | nn.BatchNorm2d
    return [layer for layer in model.modules() if isinstance(layer, kinds)]


def _official_kind(layer: nn.Module) -> str:
    if isinstance(layer, nn.Conv2d):
        return "depthwise_conv2d" if layer.groups > 1 else "conv2d"
    return "dense" if isinstance(layer, nn.Linear) else "batch_normalization"


def _official_arrays(kind: str) -> dict[str, str]:
    """What the official array of each tensor of a layer is called."""
    if kind == "batch_normalization":
        return {
            "weight": "gamma",
            "bias": "beta",
            "running_mean": "moving_mean",
            "running_var": "moving_variance",
        }
    kernel = "depthwise_kernel" if kind == "depthwise_conv2d" else "kernel"
    return {"weight": kernel, "bias": "bias"}
