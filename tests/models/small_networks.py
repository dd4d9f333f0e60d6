"""Small networks for tests, and factories for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor, nn


class Separable(nn.Module):
    """Stem, a depthwise-separable block with a residual, pooling, a classifier, softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.pointwise = nn.Conv2d(8, 8, 1)
        self.classifier = nn.Linear(8, 4)

    def forward(self, image: Tensor) -> Tensor:
        x = self.stem(image)
        x = torch.relu(x + self.pointwise(nn.functional.relu6(self.depthwise(x))))
        x = x.mean((2, 3))
        return torch.softmax(self.classifier(x), 1)


class TwoInTwoOut(nn.Module):
    """Two inputs; two outputs, one of them an image."""

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        total = left + right
        return torch.max_pool2d(total, 2), total.flatten(1)


def samples(count: int, *shapes: tuple[int, ...], seed: int = 0) -> list[tuple[Tensor, ...]]:
    generator = torch.Generator().manual_seed(seed)
    return [
        tuple(torch.randn(shape, generator=generator) for shape in shapes) for _ in range(count)
    ]


def separable() -> tuple[nn.Module, tuple[Tensor, ...], list[tuple[Tensor, ...]]]:
    torch.manual_seed(0)
    data = samples(8, (1, 3, 12, 10))
    return Separable().eval(), data[0], data


@cache
def two_in_two_out() -> tuple[nn.Module, tuple[Tensor, ...], list[tuple[Tensor, ...]]]:
    data = samples(4, (1, 2, 4, 6), (1, 2, 4, 6))
    return TwoInTwoOut(), data[0], data


def with_dead_channels() -> tuple[nn.Module, tuple[Tensor, ...], list[tuple[Tensor, ...]]]:
    """Two of eight channels are 0 whatever the input."""
    torch.manual_seed(0)
    first, second = nn.Conv2d(3, 8, 1), nn.Conv2d(8, 4, 1)
    with torch.no_grad():
        assert first.bias is not None
        first.weight[[2, 5]] = 0.0
        first.bias[[2, 5]] = -1.0
    data = samples(4, (1, 3, 5, 5))
    return nn.Sequential(first, nn.ReLU(), second), data[0], data


def broken() -> None:
    raise RuntimeError("this factory fails")


def wrong() -> int:
    return 3


def name_of_model() -> tuple[str, tuple[Tensor, ...]]:
    return "separable", (torch.ones(1, 4),)


def nothing_to_do() -> tuple[nn.Module, tuple[Tensor, ...], list[tuple[Tensor, ...]]]:
    data = samples(2, (1, 4, 6))
    return nn.Flatten(), data[0], data


def without_calibration() -> tuple[nn.Module, tuple[Tensor, ...]]:
    return nn.Linear(4, 2), (torch.tensor([[1.0, 2.0, 3.0, 4.0]]),)


def calibrated_with_a_number() -> tuple[nn.Module, tuple[Tensor, ...], int]:
    return nn.Linear(4, 2), (torch.ones(1, 4),), 3


def calibrated_forever() -> tuple[nn.Module, tuple[Tensor, ...], Iterator[tuple[Tensor, ...]]]:
    def calibration() -> Iterator[tuple[Tensor, ...]]:
        print("calibrating", flush=True)
        while True:
            yield (torch.ones(1, 4),)

    return nn.Linear(4, 2), (torch.ones(1, 4),), calibration()


def with_parameters(width: int) -> tuple[nn.Module, tuple[Tensor, ...]]:
    return nn.Linear(width, 2), (torch.ones(1, width),)


NUMBER = 3
MODEL = nn.Linear(4, 2)


class Unsupported(nn.Module):
    """Uses operators that nobody has."""

    def forward(self, x: Tensor) -> Tensor:
        y = torch.lgamma(x)
        return torch.cummax(y, 1).values


def unsupported() -> tuple[nn.Module, tuple[Tensor, ...]]:
    return Unsupported(), (torch.ones(1, 4),)
