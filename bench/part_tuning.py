"""What networks take on parts, with kernels that were measured without and with waiting for flash.

    python -m bench.part_tuning FOLDER [--part NAME ...] [--network NAME ...]

Compiles each network for the part, measures all kernels, and profiles it with those that ship,
those that are the fastest without waiting, and those that are the fastest on the part. FOLDER keeps
a tuning file for each part; what it has is not measured again. docs/tuning.md has the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mlperf_tiny

import torch_cortex_m as tcm
from torch_cortex_m.generate import generate
from torch_cortex_m.measured.measurements import Measurements, measurements_for
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.target import PARTS, cores_like
from torch_cortex_m.tune import table_name, tune_graph

from .publish import NETWORKS

HEADING = (
    "| network | part | as shipped | measured without waiting | measured on the part | less |\n"
    "|---|---|---|---|---|---|\n"
)


def rows(networks: list[str], parts: list[str], folder: Path) -> Iterator[str]:
    for network in networks:
        model, inputs, calibration = getattr(mlperf_tiny, network)()
        for part in parts:
            shipped = tcm.compile(model, inputs, target=part, calibration=calibration)
            tuned = tune_graph(shipped.graph, shipped.target, folder / f"{part}.json")
            table = table_name(shipped.target)
            core = Measurements({table: tuned.tables[table]})
            compared = (shipped, chosen(shipped, core), chosen(shipped, tuned))
            cycles = [cycles_on(part, each, inputs) for each in compared]
            cells = (f"{fewest / 1e6:.3g} to {most / 1e6:.3g}" for fewest, most in cycles)
            _, without, on_part = map(sum, cycles)
            less = f"{round(100 * (1 - on_part / without), 1) + 0:.1f} %"  # no minus before a zero
            yield f"| {NETWORKS[network]} | {part} | {' | '.join(cells)} | {less} |\n"


def chosen(model: CompiledModel, measurements: Measurements) -> CompiledModel:
    before = model.generated
    known = measurements_for(cores_like(model.target), measurements)
    preferences = replace(before.preferences, measurements=known)
    prefix = before.program.prefix
    return CompiledModel(
        generate(model.graph, model.target, prefix=prefix, preferences=preferences)
    )


def cycles_on(part: str, model: CompiledModel, inputs: tuple) -> tuple[int, int]:
    report = model.profile(*inputs, part=part).part
    assert report is not None
    assert report.cycles is not None
    return report.cycles


def main() -> int:
    parser = argparse.ArgumentParser(description="What kernels chosen for a part gain there")
    parser.add_argument("folder", type=Path)
    known = [name for name, part in PARTS.items() if part.tells_waiting]
    parser.add_argument("--part", choices=known, nargs="+", default=known)
    parser.add_argument("--network", choices=list(NETWORKS), nargs="+", default=list(NETWORKS))
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print(HEADING, end="")
    for row in rows(arguments.network, arguments.part, arguments.folder):
        print(row, end="", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
