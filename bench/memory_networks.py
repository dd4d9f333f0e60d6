"""Networks beside those of MLPerf Tiny whose memory is compared, with random weights.

Sources: MobileNetV2, Sandler et al. 2018; MCUNet, Lin et al. 2020 (the layers that its authors
publish for 320 kB and for visual wake words at 5 frames a second); temporal convolutions, Bai et
al. 2018; U-Net, Ronneberger et al. 2015, with padding and nearest neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

MOBILENET_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, blocks, stride of the first one."""

MCUNET_VWW = (
    (16, 6, 2, 3), (16, 3, 1, 3), (16, 3, 1, 3), (24, 3, 2, 7), (24, 6, 1, 3), (24, 5, 1, 5),
    (40, 6, 2, 7), (40, 6, 1, 7), (48, 6, 1, 3), (48, 4, 1, 3), (96, 5, 2, 5), (96, 5, 1, 3),
    (96, 4, 1, 3), (160, 3, 1, 7),
)  # fmt: skip
"""Channels, expansion, stride, kernel of each block."""

MCUNET_320K = (
    (16, 3, 2, 7), (16, 5, 1, 3), (16, 5, 1, 7), (16, 4, 1, 5), (24, 5, 2, 5), (24, 5, 1, 5),
    (24, 5, 1, 5), (40, 5, 2, 3), (40, 6, 1, 7), (40, 4, 1, 5), (48, 5, 1, 5), (48, 5, 1, 7),
    (48, 5, 1, 3), (96, 6, 2, 3), (96, 5, 1, 7), (96, 4, 1, 3), (160, 5, 1, 7),
)  # fmt: skip


def convolution(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, clamp: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.ReLU6()] if clamp else []))


class InvertedResidual(nn.Module):
    """Expands, filters each channel, projects; adds the input where the shape stays."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int, kernel: int) -> None:
        super().__init__()
        self.adds = stride == 1 and inputs == outputs
        wide = inputs * expansion
        self.body = nn.Sequential(
            *([convolution(inputs, wide)] if expansion != 1 else []),
            convolution(wide, wide, kernel, stride, wide),
            convolution(wide, outputs, clamp=False),
        )

    def forward(self, image: Tensor) -> Tensor:
        return image + self.body(image) if self.adds else self.body(image)


def classifier(body: Sequence[nn.Module], channels: int, classes: int) -> nn.Module:
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(channels, classes)]
    return nn.Sequential(*body, *head)


def rounded_channels(channels: float) -> int:
    """To a multiple of 8, and not by more than a tenth down."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def mobilenet_v2(width: float, classes: int) -> nn.Module:
    channels = rounded_channels(32 * width)
    body: list[nn.Module] = [convolution(3, channels, 3, 2)]
    for expansion, wanted, blocks, stride in MOBILENET_STAGES:
        outputs = rounded_channels(wanted * width)
        for block in range(blocks):
            step = stride if block == 0 else 1
            body.append(InvertedResidual(channels, outputs, expansion, step, 3))
            channels = outputs
    return classifier([*body, convolution(channels, 1280)], 1280, classes)


def mcunet(blocks: Sequence[tuple[int, int, int, int]], classes: int) -> nn.Module:
    channels = 8
    body: list[nn.Module] = [
        convolution(3, 16, 3, 2),
        convolution(16, 16, 3, 1, 16),
        convolution(16, channels, clamp=False),
    ]
    for outputs, expansion, stride, kernel in blocks:
        body.append(InvertedResidual(channels, outputs, expansion, stride, kernel))
        channels = outputs
    return classifier(body, channels, classes)


class CausalBlock(nn.Module):
    def __init__(self, channels: int, dilation: int, kernel: int = 3) -> None:
        super().__init__()
        self.before = (kernel - 1) * dilation
        self.first, self.second = (
            nn.Conv1d(channels, channels, kernel, dilation=dilation) for _ in range(2)
        )

    def forward(self, steps: Tensor) -> Tensor:
        hidden = functional.relu(self.first(functional.pad(steps, (self.before, 0))))
        hidden = functional.relu(self.second(functional.pad(hidden, (self.before, 0))))
        return functional.relu(steps + hidden)


def temporal(features: int, channels: int, blocks: int) -> nn.Module:
    body = [CausalBlock(channels, 2**block) for block in range(blocks)]
    return nn.Sequential(
        nn.Conv1d(features, channels, 1), nn.ReLU(), *body, nn.Conv1d(channels, 12, 1)
    )


class UNet(nn.Module):
    """Two convolutions at each size, half of the size below; upwards nearest neighbours of fewer
    channels beside what is of their size."""

    def __init__(self, channels: int, levels: int, classes: int) -> None:
        super().__init__()
        sizes = [channels << level for level in range(levels + 1)]
        inputs = [3, *sizes]
        self.downs = nn.ModuleList(_twice(inputs[i], sizes[i]) for i in range(levels + 1))
        self.narrow = nn.ModuleList(convolution(2 * c, c) for c in sizes[:-1])
        self.joins = nn.ModuleList(_twice(2 * c, c) for c in sizes[:-1])
        self.head = nn.Conv2d(channels, classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        *downs, last = self.downs
        skips: list[Tensor] = []
        for down in downs:
            skips.append(down(image))
            image = functional.max_pool2d(skips[-1], 2)
        image = last(image)
        for skip, narrow, join in reversed(list(zip(skips, self.narrow, self.joins, strict=True))):
            upper = functional.interpolate(narrow(image), scale_factor=2.0)
            image = join(torch.cat([skip, upper], 1))
        return self.head(image)


def _twice(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(convolution(inputs, outputs, 3), convolution(outputs, outputs, 3))


@dataclass(frozen=True)
class MemoryNetwork:
    title: str
    build: Callable[[], nn.Module]
    shape: tuple[int, ...]

    def model(self) -> tuple[nn.Module, tuple[Tensor], list[tuple[Tensor]]]:
        """Model, example inputs and calibration, the same in every run; no channel is constant."""
        generator = torch.Generator().manual_seed(0)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = self.build().eval()
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.bias.data.uniform_(0, 1, generator=generator)
                module.weight.data.uniform_(0.5, 1.5, generator=generator)
        first, second = (torch.randn(1, *self.shape, generator=generator) for _ in range(2))
        return model, (first,), [(first,), (second,)]


NETWORKS = {
    "mobilenet_v2_035": MemoryNetwork(
        "MobileNetV2 0.35 96x96", lambda: mobilenet_v2(0.35, 2), (3, 96, 96)
    ),
    "mobilenet_v2": MemoryNetwork(
        "MobileNetV2 1.0 224x224", lambda: mobilenet_v2(1.0, 1000), (3, 224, 224)
    ),
    "mcunet_vww": MemoryNetwork("MCUNet-vww 80x80", lambda: mcunet(MCUNET_VWW, 2), (3, 80, 80)),
    "mcunet_320k": MemoryNetwork(
        "MCUNet-320K 176x176", lambda: mcunet(MCUNET_320K, 1000), (3, 176, 176)
    ),
    "unet": MemoryNetwork("U-Net 96x96", lambda: UNet(16, 2, 2), (3, 96, 96)),
    "tcn": MemoryNetwork("TCN 256x40", lambda: temporal(40, 32, 6), (40, 256)),
}
