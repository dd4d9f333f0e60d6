"""A network over a window of frames that computes only what two new frames change.

`python examples/streaming/streaming.py` compiles one network twice: over the whole window, and as a
stream that takes its two newest frames a call. It shows that a recording gives the same bytes both
ways, and what a call costs on two cores. The C stays in out/. streaming.ipynb beside this file goes
the same way step by step.

The same model as a factory for the command line:

    tcm compile examples/streaming/streaming.py:words --stream frames:2 --hop 2 -o out/streaming
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

import torch_cortex_m as tcm

FEATURES, WINDOW, HOP, RECORDING = 40, 48, 2, 100
"""Of a frame; frames of a window, of a call and of the recording."""

TARGETS = ("cortex-m4", "cortex-m55")
OUT = Path("out")


class Words(nn.Module):
    """[N, features, frames] -> scores [N, 4]."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(FEATURES, 16, 3), nn.ReLU(), nn.Conv1d(16, 16, 3, dilation=2), nn.ReLU()
        )
        self.scores = nn.Linear(16, 4)

    def forward(self, frames: Tensor) -> Tensor:
        return self.scores(self.layers(frames).mean(2))


def words() -> tuple[nn.Module, tuple[Tensor, ...], list[tuple[Tensor, ...]]]:
    """The network, which is not trained, an input and calibration data."""
    torch.manual_seed(0)
    windows = [(torch.randn(1, FEATURES, WINDOW),) for _ in range(20)]
    return Words().eval(), windows[0], windows


def equal_results(
    whole: tcm.CompiledModel, stream: tcm.CompiledModel, recording: Tensor, on: str = "host"
) -> int:
    """How many calls gave what the window that ends with them gives: all whose window is full.
    Raises AssertionError where one does not."""
    calls = torch.cat(recording.split(HOP, dim=2))
    ends = range(WINDOW, recording.shape[2] + 1, HOP)
    expected = whole.run(torch.cat([recording[:, :, end - WINDOW : end] for end in ends]), on=on)
    results = stream.run(calls, on=on)[WINDOW // HOP - 1 :]
    assert torch.equal(results, expected)
    return len(results)


def main() -> None:
    """Prints that the results are equal, and what a call costs."""
    console = Console()
    model, example, calibration = words()
    recording = torch.randn(1, FEATURES, RECORDING)
    table = Table("core", "two new frames", "RAM", "flash", "instructions", "cycles")
    for target in TARGETS:
        whole = tcm.compile(model, example, target=target, calibration=calibration)
        stream = tcm.compile(
            model, example, target=target, calibration=calibration, stream="frames:2", hop=HOP
        )
        stream.save(OUT / f"streaming-{target}")
        if target == TARGETS[0]:
            console.print(f"{equal_results(whole, stream, recording)} results are equal")
        measured = {
            "whole window": whole.profile(recording[:, :, :WINDOW]),
            "stream": stream.profile(recording[:, :, :HOP]),
        }
        for name, report in measured.items():
            row = (report.ram_bytes, report.flash_bytes, report.instructions, report.cycles)
            table.add_row(target, name, *(f"{value or 0:,}" for value in row))
    console.print(table)


if __name__ == "__main__":
    try:
        main()
    except tcm.TcmError as error:
        sys.exit(f"error: {error}")
