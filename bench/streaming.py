"""Instructions of a keyword window of 1 s that moves by 20 ms: the whole window against its frames.

    python -m bench.streaming [--core NAME]

Networks of usual sizes with random weights, written without padding over time or causal, with a
result every 20 ms, or as often as their strides make one. Figures are those of 20 ms. Results of
the streamed C on the emulated core are compared with those of the whole window's C.
Prints the table of docs/streaming-windows.md.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmWarning
from torch_cortex_m.ir import Stream
from torch_cortex_m.model.compiled import CompiledModel

CORE_NAMES = {"cortex-m4": "Cortex-M4", "cortex-m55": "Cortex-M55"}
KEYWORDS = 12
DILATIONS = (1, 2, 4, 8, 16)
RESULTS = 3
"""That are compared."""


@dataclass(frozen=True)
class Network:
    """A model of windows [1, *shape] with frames along ``axis``, ``moved`` of which are 20 ms. A
    call takes ``hop`` frames."""

    name: str
    model: nn.Module
    shape: tuple[int, ...]
    axis: int
    moved: int
    hop: int


@dataclass(frozen=True)
class Cost:
    """Of a call."""

    instructions: int
    macs: int
    memory: int


class TcResNet(nn.Module):
    """TC-ResNet8 on 98 frames of 40 features, every 10 ms, kernels of 3 without padding: with a
    stride over time of 2 in each of its blocks, or with dilations of 2, 4 and 8 instead."""

    def __init__(self, *, strides: bool) -> None:
        super().__init__()
        self.first = nn.Conv1d(40, 16, 3)
        sizes = ((16, 24), (24, 32), (32, 48))
        steps = ((2, 1), (2, 1), (2, 1)) if strides else ((1, 2), (1, 4), (1, 8))
        self.blocks = nn.ModuleList(Residual(*a, *b) for a, b in zip(sizes, steps, strict=True))
        self.classifier = nn.Linear(48, KEYWORDS)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.first(x))
        for block in self.blocks:
            x = block(x)
        return self.classifier(x.mean(2))


class Residual(nn.Module):
    """Two kernels of 3; the shortcut has the frames of their last places."""

    def __init__(self, inputs: int, outputs: int, stride: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(inputs, outputs, 3, stride=stride, dilation=dilation)
        self.second = nn.Conv1d(outputs, outputs, 3, dilation=dilation)
        self.shortcut = nn.Conv1d(inputs, outputs, 1, stride=stride)
        self.before = 2 * dilation

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(functional.relu(self.first(x)))
        cut = functional.relu(self.shortcut(x[:, :, self.before :]))[:, :, -y.shape[2] :]
        return functional.relu(y + cut)


class DsCnn(nn.Module):
    """DS-CNN on 49 frames of 10 features, every 20 ms: causal, and a mean over the last frames."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 64, (10, 4), stride=(stride, 2), padding=(0, 1))
        self.layers = nn.Sequential(*(layer for _ in range(4) for layer in self._pair()))
        self.classifier = nn.Linear(64, KEYWORDS)

    @staticmethod
    def _pair() -> tuple[nn.Conv2d, nn.Conv2d]:
        return nn.Conv2d(64, 64, 3, padding=(0, 1), groups=64), nn.Conv2d(64, 64, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.first(functional.pad(x, (0, 0, 9, 0))))
        for layer in self.layers:
            before = 2 if layer.kernel_size == (3, 3) else 0
            x = functional.relu(layer(functional.pad(x, (0, 0, before, 0))))
        return self.classifier(x[:, :, -12:].mean((2, 3)))


class Tcn(nn.Module):
    """A temporal convolutional network on 98 frames of 40 features, every 10 ms: causal, dilations
    1 to 16, residual, and the last frame."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(40, 32, 1)
        self.layers = nn.ModuleList(nn.Conv1d(32, 32, 3, dilation=d) for d in DILATIONS)
        self.classifier = nn.Linear(32, KEYWORDS)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.first(x))
        for dilation, layer in zip(DILATIONS, self.layers, strict=True):
            y = layer(functional.pad(x, (2 * dilation, 0)))
            x = x + functional.relu(y)
        return self.classifier(x[:, :, -1])


def networks() -> list[Network]:
    torch.manual_seed(0)
    strides, dilations = (TcResNet(strides=each).eval() for each in (True, False))
    stride, plain = (DsCnn(each).eval() for each in (2, 1))
    return [
        Network("TC-ResNet8, dilations", dilations, (40, 98), 2, 2, 2),
        Network("TC-ResNet8, strides", strides, (40, 98), 2, 2, 8),
        Network("TC-ResNet8, strides", strides, (40, 98), 2, 2, 2),
        Network("DS-CNN", plain, (1, 49, 10), 2, 1, 1),
        Network("DS-CNN, stride", stride, (1, 49, 10), 2, 1, 2),
        Network("DS-CNN, stride", stride, (1, 49, 10), 2, 1, 1),
        Network("TCN", Tcn().eval(), (40, 98), 2, 2, 2),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", choices=list(CORE_NAMES), action="append")
    warnings.simplefilter("ignore", TcmWarning)
    columns = ("network", "core", "a result every", "whole window", "streamed", "fewer")
    columns += ("MACs", "RAM, whole", "RAM, streamed")
    print(f"| {' | '.join(columns)} |")
    print("|" + "---|" * len(columns))
    for network in networks():
        for core in parser.parse_args().core or CORE_NAMES:
            print(_row(network, core), flush=True)


def _row(network: Network, core: str) -> str:
    """Costs of 20 ms."""
    whole, streamed = _costs(network, core)
    calls = network.moved / network.hop
    return (
        f"| {network.name} | {CORE_NAMES[core]} | {20 * network.hop // network.moved} ms "
        f"| {whole.instructions:,} | {streamed.instructions * calls:,.0f} "
        f"| {whole.instructions / (streamed.instructions * calls):.1f}x "
        f"| {whole.macs / (streamed.macs * calls):.1f}x "
        f"| {whole.memory:,} B | {streamed.memory:,} B |"
    )


def _costs(network: Network, core: str) -> tuple[Cost, Cost]:
    """Of the whole window and of a call; raises AssertionError if a result differs."""
    example = torch.randn(1, *network.shape)
    whole = tcm.compile(network.model, (example,), target=core, calibration=[(example,)])
    streamed = tcm.compile(
        network.model,
        (example,),
        target=core,
        calibration=[(example,)],
        stream=f"x:{network.axis}",
        hop=network.hop,
    )
    stream = streamed.graph.stream
    assert stream is not None
    windows, frames = _data(network, stream)
    for got, expected in zip(_run(streamed, frames)[-RESULTS:], _run(whole, windows), strict=True):
        assert torch.equal(got, expected)
    return _cost(whole, windows), _cost(streamed, frames)


def _data(network: Network, stream: Stream) -> tuple[list[Tensor], list[Tensor]]:
    """Windows with results, and the frames of all calls."""
    moved = stream.hop * (RESULTS - 1)
    new = stream.hop * stream.first_result + moved
    shape = [1, *network.shape]
    shape[network.axis] = total = max(stream.window + moved, new)
    frames = torch.randn(shape)
    starts = range(total - moved - stream.window, total - stream.window + 1, stream.hop)
    windows = [frames.narrow(network.axis, start, stream.window) for start in starts]
    newest = frames.narrow(network.axis, total - new, new)
    return windows, list(newest.split(stream.hop, network.axis))


def _run(compiled: CompiledModel, samples: Sequence[Tensor]) -> list[Tensor]:
    return list(compiled.run(torch.cat(list(samples)), on="emulator"))


def _cost(compiled: CompiledModel, samples: Sequence[Tensor]) -> Cost:
    instructions = compiled.profile(samples[0]).instructions
    assert instructions is not None
    plan = compiled.generated.plan
    macs = sum(layer.macs for layer in compiled.report.layers)
    return Cost(instructions, macs, plan.arena_bytes + plan.state_bytes)


if __name__ == "__main__":
    main()
