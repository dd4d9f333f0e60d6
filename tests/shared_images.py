"""Layers with kernels of their own in few images: starting the compiler, the linker and the
emulator costs more than a small layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch_cortex_m.ops.base import Case
from torch_cortex_m.target import Target
from torch_cortex_m.testing import OpRun, run_cases

PER_IMAGE = 100
"""The board with the least memory for code takes so many layers of any kernel."""


def run_with_kernels(
    layers: Sequence[tuple[Case, str]], target: Target, on: str, checked: bool = False
) -> Iterator[OpRun]:
    """Each case with the kernel beside it ("": the preferred one), in order."""
    for start in range(0, len(layers), PER_IMAGE):
        cases, kernels = zip(*layers[start : start + PER_IMAGE], strict=True)
        yield from run_cases(cases, target=target, kernel=kernels, on=on, checked=checked)
