"""How long compiling takes, and how it grows with the number of layers.

    python -m bench.compile_time [--core NAME] [--layers N ...]

Compiles chains of 3x3 convolutions with ReLU (8 channels, 8x8) and prints the processor time of the
stages, and of each layer more than in the chain before. The first chain pays for the imports.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.generate import generate
from torch_cortex_m.passes import run_passes
from torch_cortex_m.target import CORES

CHANNELS, SIZE = 8, 8
STAGES = ("import", "passes", "generate")


def chain(layers: int) -> tuple[nn.Module, tuple[torch.Tensor, ...]]:
    """The network and its example input, both seeded."""
    torch.manual_seed(0)
    parts: list[nn.Module] = []
    for _ in range(layers):
        parts += [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*parts).eval(), (torch.randn(1, CHANNELS, SIZE, SIZE),)


def seconds(layers: int, core: str) -> dict[str, float]:
    """Processor time by stage; "import" is capture, calibration and quantization."""
    model, inputs = chain(layers)
    found: dict[str, float] = {}

    @contextmanager
    def stage(name: str, clock: Callable[[], float] = time.process_time) -> Iterator[None]:
        start = clock()
        yield
        found[name] = clock() - start

    with stage("import"):
        graph = import_pytorch(model, inputs, [inputs])
    with stage("passes"):
        graph = run_passes(graph)
    with stage("generate"):
        generate(graph, CORES[core])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="How long compiling takes")
    parser.add_argument("--core", choices=list(CORES), default="cortex-m55")
    parser.add_argument("--layers", type=int, nargs="+", default=[10, 100, 500])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print("layers " + "".join(f"{name:>10}" for name in (*STAGES, "total")) + "   more a layer")
    before: tuple[int, float] | None = None
    for layers in arguments.layers:
        found = seconds(layers, arguments.core)
        total = sum(found.values())
        line = f"{layers:6} " + "".join(f"{found[name]:8.2f} s" for name in STAGES)
        line += f"{total:8.2f} s"
        if before is not None and layers != before[0]:
            line += f"{1000 * (total - before[1]) / (layers - before[0]):12.1f} ms"
        print(line, flush=True)
        before = (layers, total)
    return 0


if __name__ == "__main__":
    sys.exit(main())
