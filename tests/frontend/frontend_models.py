"""Networks that several tests of the frontend compile."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from torch_cortex_m.ir import Graph

IMAGE = (1, 4, 8, 8)


class Residual(nn.Module):
    """A bottleneck as users write it, with in-place activations."""

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.expand = nn.Sequential(
            nn.Conv2d(channels, 12, 1, bias=False), nn.BatchNorm2d(12), nn.ReLU6(inplace=True)
        )
        self.depthwise = nn.Conv2d(12, 12, 3, padding=1, groups=12, bias=False)
        self.norm = nn.BatchNorm2d(12)
        self.project = nn.Conv2d(12, channels, 1)
        self.head = nn.Linear(channels, 5)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self.norm(self.depthwise(self.expand(x))), inplace=True)
        y = torch.relu(x + self.project(y))
        y = functional.adaptive_avg_pool2d(y, 1)
        return self.head(self.dropout(torch.flatten(y, 1)))


def assert_same(first: Graph, second: Graph) -> None:
    """The same operators, with the same numbers."""
    assert [n.op for n in first.nodes] == [n.op for n in second.nodes]
    for one, other in zip(first.constants.values(), second.constants.values(), strict=True):
        assert np.array_equal(one, other)
