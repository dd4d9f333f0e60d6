"""Measure kernels and networks on emulated cores: ours, the reference kernels and CMSIS-NN.

    python -m bench [--only layers|networks] [--core NAME] [--compiler NAME] [--match TEXT]
    make bench [ARGS="..."]

Every variant runs on the same data in the same run, and their outputs are compared. Prints
instructions and estimated cycles a multiply-accumulate with the ratio to CMSIS-NN, and writes
results.json and results.png. variants.py says where CMSIS-NN comes from; without one its columns
stay empty.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import mlperf_tiny
from rich.console import Console
from rich.progress import Progress

from torch_cortex_m.build import COMPILERS
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ops.base import Case
from torch_cortex_m.target import CORES

from . import ROOT
from .layers import all_layers
from .measure import Row, batches, measure_layers, measure_network
from .report import layer_table, network_table, write_json, write_plot
from .variants import LIBRARIES, Library, cmsis_nn_libraries, installed_compilers

LAYER_CORES = ("cortex-m4", "cortex-m55")
NETWORK_CORES = (
    "cortex-m4",
    "cortex-m55",
    "cortex-m7",
    "cortex-m33",
    "cortex-m0plus",
    "cortex-m3",
)
NETWORKS = ("kws", "ic", "vww", "ad", "sww")
TABLE_WIDTH = 155


def main() -> int:
    """Returns 1 if two variants differ in their outputs, or one cannot be measured."""
    arguments = _parser().parse_args()
    warnings.filterwarnings("ignore", message=".*no official weights")
    jobs = list(_jobs(arguments))
    if not jobs:
        sys.exit(f"bench: error: no layer or network has {arguments.match!r} in its name")
    rows: list[Row] = []
    failures: list[str] = []
    libraries: dict[str, list[Library]] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=len(jobs))
        for job in jobs:
            os.environ["TCM_COMPILER"] = job.compiler
            if job.core not in libraries:
                progress.update(bar, description=f"{job.core}: CMSIS-NN")
                libraries[job.core] = list(cmsis_nn_libraries(job.core, LIBRARIES))
            progress.update(bar, description=f"{job.core}, {job.compiler}: {job.description}")
            try:
                rows += job.run([each for each in libraries[job.core] if each.library])
            except TcmError as error:
                failures.append(f"{job.core}, {job.compiler}, {job.description}: {error}")
            progress.advance(bar)
    console = Console(width=max(Console().width, TABLE_WIDTH))
    _print(rows, console)
    for core, found in libraries.items():
        for each in found:
            console.print(f"CMSIS-NN for {core}: {each.origin}")
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    facts = {
        "failures": failures,
        "cmsis_nn": {c: [each.origin for each in found] for c, found in libraries.items()},
        "official_weights": mlperf_tiny.official_folder() is not None,
    }
    write_json(arguments.output / "results.json", rows, facts)
    _plot(arguments.output / "results.png", rows)
    return 0 if not failures and all(row.equal for row in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Kernels and networks against CMSIS-NN")
    parser.add_argument("--only", choices=("layers", "networks"), help="measure only these")
    parser.add_argument("--core", action="append", choices=CORES, help="may be repeated")
    parser.add_argument(
        "--compiler",
        action="append",
        choices=COMPILERS,
        help="may be repeated (default: those that are installed)",
    )
    parser.add_argument("--match", default="", help="only names with this text")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "bench", help="folder for the results"
    )
    return parser


@dataclass(frozen=True)
class Job:
    """Some layers, or one network, on one core, by one compiler."""

    core: str
    compiler: str
    description: str
    run: Callable[[Sequence[Library]], list[Row]]


def _jobs(arguments: argparse.Namespace) -> Iterator[Job]:
    chosen = [layer for layer in all_layers() if arguments.match in layer[1].name]
    for compiler in arguments.compiler or installed_compilers():
        for core in arguments.core or LAYER_CORES:
            if arguments.only != "networks" and chosen:
                for batch in batches(chosen):
                    description = f"layers from {batch[0][1].name}"
                    yield Job(core, compiler, description, partial(_layers, core, batch))
        for core in arguments.core or NETWORK_CORES:
            for name in NETWORKS:
                if arguments.only != "layers" and arguments.match in name:
                    yield Job(core, compiler, name, partial(_network, core, name))


def _layers(
    core: str, batch: Sequence[tuple[str, Case]], libraries: Sequence[Library]
) -> list[Row]:
    return measure_layers(batch, CORES[core], libraries)


def _network(core: str, name: str, libraries: Sequence[Library]) -> list[Row]:
    return [measure_network(name, CORES[core], libraries, layers=core in LAYER_CORES)]


def _print(rows: Sequence[Row], console: Console) -> None:
    layers = [row for row in rows if row.family != "network"]
    for core, compiler in dict.fromkeys((row.core, row.compiler) for row in layers):
        chosen = [row for row in layers if (row.core, row.compiler) == (core, compiler)]
        work = "a multiply-accumulate (or an output element)"
        title = f"{core}, {compiler}, {work}; ratio: CMSIS-NN to ours"
        console.print(layer_table(chosen, title))
    networks = [row for row in rows if row.family == "network"]
    if networks:
        console.print(network_table(networks, "MLPerf Tiny, millions an inference"))


def _plot(path: Path, rows: Sequence[Row]) -> None:
    try:
        write_plot(path, rows)
    except ImportError:
        print("no plot: pip install '.[test]' brings matplotlib", file=sys.stderr)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TcmError as error:
        sys.exit(f"bench: error: {error}")
