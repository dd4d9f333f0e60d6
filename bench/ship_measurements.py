"""Measures the kernels for the layers of bench/ and writes the tuning files that ship.

    python -m bench.ship_measurements [--core NAME ...]

Resumable: what src/torch_cortex_m/measured/<core>.json has already is not measured again. To
measure a kernel anew after a change, remove its lines from the file.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator

import mlperf_tiny
from rich.progress import Progress

from torch_cortex_m.frontend import import_pytorch
from torch_cortex_m.ir import Graph
from torch_cortex_m.measurements import SHIPPED
from torch_cortex_m.passes import run_passes
from torch_cortex_m.target import CORES
from torch_cortex_m.testing import case_graph
from torch_cortex_m.tune import tune_graph

from .layers import all_layers

NETWORKS = ("kws", "ic", "vww", "ad")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", action="append", choices=list(CORES), help="default: all")
    cores = parser.parse_args().core or list(CORES)
    warnings.filterwarnings("ignore", message=".*no official weights")
    graphs = dict(_graphs())
    with Progress() as progress:
        for core in cores:
            for name, graph in graphs.items():
                task = progress.add_task(f"{core} {name}")
                tune_graph(
                    graph,
                    CORES[core],
                    SHIPPED / f"{core}.json",
                    progress=lambda done, total, task=task: progress.update(
                        task, completed=done, total=total
                    ),
                )
                progress.remove_task(task)
    return 0


def _graphs() -> Iterator[tuple[str, Graph]]:
    """The networks, then the layers by themselves, a batch of them as one graph each."""
    for name in NETWORKS:
        model, inputs, calibration = getattr(mlperf_tiny, name)()
        yield name, run_passes(import_pytorch(model, inputs, calibration, name=name))
    for _, case in all_layers():
        yield case.name, case_graph(case)


if __name__ == "__main__":
    sys.exit(main())
