"""What choosing without tuning costs on layers that nobody has measured.

    python -m bench.random_layers [--core NAME ...] [--count N] [--seed N] [--jobs N] [--library]

Draws layers as networks for microcontrollers have them, measures every kernel that applies and
compares the one that is chosen without tuning with the fastest.
Prints, for each core, how often they agree within 2 %, the mean and the largest loss of time, and
the layers with the largest. A layer with a single kernel does not count.
With --library CMSIS-NN is measured, too (variants.py says which): in how many layers it is faster
than what is chosen, and in how many it takes less than 1.5 times as long.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from statistics import mean

import numpy as np

from torch_cortex_m.build import KernelLibrary
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import generate
from torch_cortex_m.ops.add.cases import case as add
from torch_cortex_m.ops.avg_pool2d.cases import case as avg_pool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.mean.cases import case as mean_of
from torch_cortex_m.ops.mul.cases import case as mul
from torch_cortex_m.ops.pad.cases import case as pad
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.softmax.cases import case as softmax
from torch_cortex_m.ops.transpose.cases import case as transpose
from torch_cortex_m.target import CORES
from torch_cortex_m.tune import Candidate, candidates_of, measure_candidates

from . import ROOT
from .cost_model import SAME_TIME
from .variants import cmsis_nn_library

Rng = np.random.Generator

CHANNELS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128)
KERNELS = ((1, 1), (1, 1), (3, 3), (3, 3), (3, 3), (5, 5), (7, 7), (1, 3), (1, 5), (10, 4), (2, 2))
LEAST_MACS, MOST_MACS = 2_000, 3_000_000
MOST_LISTED = 8
LIBRARIES = ROOT / "out" / "cmsis-nn" / "gcc"


@dataclass(frozen=True)
class Loss:
    """Measured time of the chosen kernel over that of the best one, less 1."""

    layer: str
    chosen: str
    best: str
    loss: float
    ratio: float | None
    """Measured time of CMSIS-NN over that of the chosen kernel, where it was measured."""


def random_layers(seed: int, count: int) -> Iterator[Case]:
    """Seeded; most are convolutions."""
    rng = np.random.default_rng(seed)
    makers = (_convolution, _convolution, _depthwise, _depthwise, _linear, _element_wise)
    found = 0
    while found < count:
        maker = makers[rng.integers(len(makers))]
        try:
            case = maker(rng, f"seed {seed}, layer {found}")
            graph = case_graph(case)
        except TcmError:
            continue  # the kernel is larger than the padded input
        work = case.op.macs({name: graph.types[name] for name in graph.types})
        if work == 0 or LEAST_MACS <= work <= MOST_MACS:
            found += 1
            yield case


def _image(rng: Rng) -> tuple[int, int]:
    height = 1 if rng.random() < 0.15 else int(rng.integers(3, 50))
    return height, int(rng.integers(3, 50)) if rng.random() < 0.3 else max(height, 3)


def _window(rng: Rng) -> dict:
    kernel = KERNELS[rng.integers(len(KERNELS))]
    stride = 2 if rng.random() < 0.25 else 1
    before = [(size - 1) // 2 for size in kernel]
    after = [size // 2 for size in kernel]
    same = rng.random() < 0.6
    fields = {
        "stride": (stride, stride),
        "padding": (*before, *after) if same else (0, 0, 0, 0),
        "bias": bool(rng.random() < 0.85),
    }
    if rng.random() < 0.6:
        fields["output_offset"] = -128  # followed by ReLU
    return {"kernel": kernel, **fields}


def _channels(rng: Rng) -> int:
    return int(rng.choice(CHANNELS))


def _convolution(rng: Rng, name: str) -> Case:
    fields = _window(rng)
    shape = (1, *_image(rng), _channels(rng))
    return conv2d(name, shape, _channels(rng), fields.pop("kernel"), **fields)


def _depthwise(rng: Rng, name: str) -> Case:
    fields = _window(rng)
    multiplier = int(rng.choice([2, 4, 8])) if rng.random() < 0.2 else 1
    shape = (1, *_image(rng), _channels(rng))
    return depthwise(name, shape, fields.pop("kernel"), depth_multiplier=multiplier, **fields)


def _linear(rng: Rng, name: str) -> Case:
    inputs = int(rng.integers(4, 700))
    return linear(name, (1, inputs), int(rng.integers(2, 200)), bias=bool(rng.random() < 0.85))


def _element_wise(rng: Rng, name: str) -> Case:
    shape = (1, *_image(rng), _channels(rng))
    maker = (add, avg_pool2d, max_pool2d, mul, softmax, _pad, _transpose, _mean)[rng.integers(8)]
    return maker(name, shape)


def _pad(name: str, shape: tuple[int, ...]) -> Case:
    return pad(name, shape, (0, 0, 1, 1, 1, 1, 0, 0))


def _transpose(name: str, shape: tuple[int, ...]) -> Case:
    return replace(transpose(shape, (0, 3, 1, 2)), name=name)


def _mean(name: str, shape: tuple[int, ...]) -> Case:
    _, height, width, channels = shape
    return mean_of(name, (1, height * width, channels))


def measure(case: Case, core: str, library: KernelLibrary | None = None) -> Loss | None:
    """None where there is no choice."""
    graph = case_graph(case)
    symbols = library.symbols if library is not None else frozenset[str]()
    candidates = candidates_of(graph, CORES[core], symbols)
    if sum(not _is_theirs(candidate.kernel) for candidate in candidates) < 2:
        return None
    (chosen,) = (k.name for k in generate(graph, CORES[core]).selection.values())
    return _loss(candidates, chosen, core, library)


def _is_theirs(kernel: str) -> bool:
    return "cmsis_nn" in kernel


def _loss(
    candidates: Sequence[Candidate], chosen: str, core: str, library: KernelLibrary | None
) -> Loss:
    measured = measure_candidates(candidates, CORES[core], library)
    times = {c.kernel: m.time[0] for c, m in zip(candidates, measured, strict=True)}
    ours = [kernel for kernel in times if not _is_theirs(kernel)]
    theirs = [time for kernel, time in times.items() if _is_theirs(kernel)]
    best = min(ours, key=times.__getitem__)
    ratio = min(theirs) / times[chosen] if theirs else None
    return Loss(candidates[0].layer, chosen, best, times[chosen] / times[best] - 1, ratio)


def main() -> int:
    parser = argparse.ArgumentParser(description="What choosing without tuning costs")
    parser.add_argument("--core", action="append", choices=list(CORES), help="default: all")
    parser.add_argument("--count", type=int, default=100, help="layers (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--library", action="store_true", help="measure CMSIS-NN, too")
    arguments = parser.parse_args()
    layers = list(random_layers(arguments.seed, arguments.count))
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for core in arguments.core or CORES:
            built = cmsis_nn_library(core, LIBRARIES) if arguments.library else None
            library = built.library if built is not None else None
            found = pool.map(partial(measure, core=core, library=library), layers)
            print(report(core, [loss for loss in found if loss is not None]))
    return 0


def report(core: str, losses: Sequence[Loss]) -> str:
    if not losses:
        return f"{core}: no layer has a choice"
    agreed = mean(loss.loss <= SAME_TIME - 1 for loss in losses)
    worst = sorted(losses, key=lambda loss: loss.loss, reverse=True)
    lines = [
        f"{core}: {len(losses)} layers, {agreed:.0%} agree, "
        f"mean loss {mean(loss.loss for loss in losses):.1%}, worst {worst[0].loss:.0%}"
    ]
    ratios = [loss.ratio for loss in losses if loss.ratio is not None]
    if ratios:
        slower, near = sum(ratio < 1 for ratio in ratios), sum(ratio < 1.5 for ratio in ratios)
        lines.append(
            f"  CMSIS-NN is faster on {slower} of {len(ratios)} layers, "
            f"and takes less than 1.5 times as long on {near}"
        )
    lines += [
        f"  +{loss.loss:.0%} {loss.chosen} instead of {loss.best}: {loss.layer}"
        for loss in worst[:MOST_LISTED]
        if loss.loss > SAME_TIME - 1
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TcmError as error:
        sys.exit(f"bench: error: {error}")
