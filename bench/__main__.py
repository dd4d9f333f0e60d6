"""Measure kernels and networks on emulated cores: ours, the reference kernels and CMSIS-NN.

    python -m bench [--only layers|networks] [--core NAME ...] [--match TEXT] (or: make bench)

Every variant runs on the same data in the same run, and their outputs are compared. Prints
instructions and estimated cycles a multiply-accumulate with the ratio to CMSIS-NN, and writes
results.json and results.png. variants.py says where CMSIS-NN comes from; without one its columns
stay empty.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mlperf_tiny
from rich.console import Console
from rich.progress import Progress

from torch_cortex_m.build import toolchain_for
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ops.base import Case
from torch_cortex_m.target import CORES

from . import ROOT
from .layers import all_layers
from .measure import Row, batches, measure_layers, measure_network
from .report import layer_table, network_table, write_json, write_plot
from .variants import Library, cmsis_nn_library

LAYER_CORES = ("cortex-m4", "cortex-m55")
NETWORK_CORES = (
    "cortex-m4",
    "cortex-m55",
    "cortex-m7",
    "cortex-m33",
    "cortex-m0plus",
    "cortex-m3",
)
NETWORKS = ("kws", "ic", "vww", "ad")
TABLE_WIDTH = 140
LIBRARIES = ROOT / "out" / "cmsis-nn"


def main() -> int:
    """Returns 1 if two variants of a network differ in their outputs."""
    arguments = _parser().parse_args()
    warnings.filterwarnings("ignore", message=".*no official weights")
    jobs = list(_jobs(arguments))
    rows: list[Row] = []
    libraries: dict[str, Library] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=len(jobs))
        for job in jobs:
            if job.core not in libraries:
                progress.update(bar, description=f"{job.core}: CMSIS-NN")
                libraries[job.core] = cmsis_nn_library(job.core, LIBRARIES)
            progress.update(bar, description=f"{job.core}: {job.description}")
            rows += job.run(libraries[job.core])
            progress.advance(bar)
    console = Console()
    _print(rows, Console(width=max(console.width, TABLE_WIDTH)))
    facts = {
        "compiler": _compiler(),
        "cmsis_nn": {core: library.origin for core, library in libraries.items()},
        "official_weights": mlperf_tiny.official_folder() is not None,
    }
    write_json(arguments.output / "results.json", rows, facts)
    _plot(arguments.output / "results.png", rows)
    return 0 if all(row.equal for row in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Kernels and networks against CMSIS-NN")
    parser.add_argument("--only", choices=("layers", "networks"), help="measure only these")
    parser.add_argument("--core", action="append", choices=CORES, help="may be repeated")
    parser.add_argument("--match", default="", help="only names with this text")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "bench", help="folder for the results"
    )
    return parser


@dataclass(frozen=True)
class Job:
    """Some layers, or one network, on one core."""

    core: str
    description: str
    run: Callable[[Library], list[Row]]


def _jobs(arguments: argparse.Namespace) -> Iterator[Job]:
    for core in arguments.core or LAYER_CORES:
        chosen = [layer for layer in all_layers() if arguments.match in layer[1].name]
        if arguments.only != "networks" and chosen:
            for batch in batches(chosen):
                yield Job(core, f"layers, {batch[0][1].name} ...", partial(_layers, core, batch))
    for core in arguments.core or NETWORK_CORES:
        for name in NETWORKS:
            if arguments.only != "layers" and arguments.match in name:
                yield Job(core, name, partial(_network, core, name))


def _layers(core: str, batch: Sequence[tuple[str, Case]], library: Library) -> list[Row]:
    return measure_layers(batch, CORES[core], library.library)


def _network(core: str, name: str, library: Library) -> list[Row]:
    return [measure_network(name, CORES[core], library.library, layers=core in LAYER_CORES)]


def _print(rows: Sequence[Row], console: Console) -> None:
    layers = [row for row in rows if row.family != "network"]
    for core in dict.fromkeys(row.core for row in layers):
        title = f"{core}, a multiply-accumulate (or an output element); ratio: CMSIS-NN to ours"
        console.print(layer_table([row for row in layers if row.core == core], title))
    networks = [row for row in rows if row.family == "network"]
    if networks:
        console.print(network_table(networks, "MLPerf Tiny, millions an inference"))


def _compiler() -> str:
    command = [toolchain_for(CORES["cortex-m4"]).compiler, "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[
        0
    ]


def _plot(path: Path, rows: Sequence[Row]) -> None:
    try:
        write_plot(path, rows)
    except ImportError:
        print("no plot: pip install '.[bench]' brings matplotlib", file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TcmError as error:
        sys.exit(f"bench: error: {error}")
