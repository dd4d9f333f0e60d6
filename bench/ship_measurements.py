"""Measures the kernels for the layers of bench/ and writes the tuning files that ship.

    python -m bench.ship_measurements [--core NAME ...] [--jobs N]

Resumable: what src/torch_cortex_m/measured/<core>.json has already is not measured again. To
measure a kernel anew after a change, remove its lines from the file.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

import mlperf_tiny
from rich.progress import Progress

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.frontend.tflite import import_tflite
from torch_cortex_m.ir import Graph
from torch_cortex_m.measured.measurements import SHIPPED
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.passes import run_passes
from torch_cortex_m.passes.trim_windows import trim_windows
from torch_cortex_m.schedule import means_of_sums
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.tune import Candidate, candidates_of, tune_candidates

from .common_layers import common_layers
from .drawn_layers import few_filters, pools_and_transposes, random_layers, thin_images
from .layers import all_layers
from .memory import graph_of
from .slices import slice_graphs, thin_graphs

NETWORKS = ("kws", "ic", "vww", "ad", "sww")
LARGER_NETWORKS = ("mobilenet_v2_035", "mcunet_vww")
DRAWN_SEEDS, DRAWN_COUNT = (2026, 2027), 300
"""Not those that bench.random_layers judges the choice by unless asked for another seed."""

FEW_FILTERS_SEEDS, FEW_FILTERS_COUNT = (2028, 2029), 160
THIN_SEED, THIN_COUNT = 2030, 160
POOLS_SEED, POOLS_COUNT = 2031, 90

SLICED = ("vww", "mobilenet_v2_035", "ic", "kws", "tcn")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", action="append", choices=list(CORES), help="default: all")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*no official weights")
    graphs = list(measured_graphs())
    with Progress() as progress, ProcessPoolExecutor(arguments.jobs) as pool:
        for core in arguments.core or CORES:
            bar = progress.add_task(core)
            tune_candidates(
                distinct_candidates(graphs, CORES[core]),
                CORES[core],
                SHIPPED / f"{core}.json",
                executor=pool,
                progress=lambda done, total, bar=bar: progress.update(
                    bar, completed=done, total=total
                ),
            )
    return 0


def distinct_candidates(graphs: Sequence[Graph], target: Target) -> list[Candidate]:
    found: dict[tuple[str, str], Candidate] = {}
    for graph in graphs:
        for candidate in candidates_of(graph, target):
            found.setdefault((candidate.layer, candidate.kernel), candidate)
    return sorted(found.values(), key=lambda candidate: candidate.layer)


def measured_graphs() -> Iterator[Graph]:
    """The networks, ours and the official int8 ones where they are, then layers by themselves, some
    chosen and some drawn, then layers of a few rows."""
    for name in NETWORKS:
        model, inputs, calibration = getattr(mlperf_tiny, name)()
        yield run_passes(import_pytorch(model, inputs, calibration, name=name))
    folder = mlperf_tiny.official_folder()
    for path in sorted(folder.glob("*.tflite")) if folder else ():
        yield run_passes(import_tflite(path))
    yield from map(graph_of, LARGER_NETWORKS)
    for case in [case for _, case in all_layers()] + common_layers():
        yield case_graph(case)
    drawn = [random_layers(seed, DRAWN_COUNT) for seed in DRAWN_SEEDS]
    few = [few_filters(seed, FEW_FILTERS_COUNT) for seed in FEW_FILTERS_SEEDS]
    thin = thin_images(THIN_SEED, THIN_COUNT)
    pools = pools_and_transposes(POOLS_SEED, POOLS_COUNT)
    for case in chain(*drawn, *few, thin, pools):
        yield trim_windows(case_graph(case))
    for network in SLICED:
        yield from slice_graphs(means_of_sums(graph_of(network)))
    yield from thin_graphs()


if __name__ == "__main__":
    sys.exit(main())
