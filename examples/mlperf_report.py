"""Compile the MLPerf Tiny networks for two cores, prove them, and print one table.

    python examples/mlperf_report.py [--json FILE]          (or: make mlperf)

Each network is compiled twice: our own PyTorch model, quantized by torch-cortex-m, and the
official int8 model (".tflite"), which somebody else quantized. Float and int8 scores are over all
samples, int8 by C with the portable kernels on this computer. A row is bit-exact when reference,
host and emulated core give the same on three samples. Instructions are exact; cycles are a
zero-wait-state estimate (`tcm profile` says how far off it is known to be).
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import mlperf_tiny
import torch
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from torch import Tensor

import torch_cortex_m as tcm

TARGETS = ("cortex-m4", "cortex-m55")
EMULATED_SAMPLES = 3
CHUNK = 256
"""Samples that run at a time; the progress bar moves after each chunk."""


@dataclass(frozen=True)
class Row:
    """One network on one core. Scores are percent, or the area under the ROC curve for "ad".

    source: "pytorch", or "tflite" for the official int8 model. official_weights: or else random
    ones, where the scores are over random samples with the float model's own answers as labels.
    """

    network: str
    source: str
    core: str
    float_score: float
    int8_score: float
    arena_bytes: int
    ram_bytes: int
    flash_bytes: int | None
    instructions: int | None
    cycles: int | None
    bit_exact: bool
    official_weights: bool


class Stages:
    """Two progress bars: all rows, and the stage that runs now."""

    def __init__(self, progress: Progress, rows: int) -> None:
        self._progress = progress
        self._rows = progress.add_task("MLPerf Tiny", total=rows)
        self._stage = progress.add_task("")

    def start(self, description: str, steps: int | None = None) -> None:
        """Name the stage that starts; without ``steps`` its bar only pulses."""
        self._progress.reset(self._stage, description=description, total=steps)

    def run(self, description: str, run: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
        """``run`` over all inputs, chunk by chunk."""
        chunks = inputs.split(CHUNK)
        self.start(description, len(chunks))
        outputs = []
        for chunk in chunks:
            outputs.append(run(chunk))
            self._progress.advance(self._stage)
        return torch.cat(outputs)

    def row_done(self) -> None:
        self._progress.advance(self._rows)


@dataclass(frozen=True)
class Source:
    """A model of a network: how it is compiled, and the samples as it takes them."""

    name: str
    compile: Callable[..., tcm.CompiledModel]
    inputs: Tensor


def sources(name: str, inputs: Tensor) -> list[Source]:
    """Our own model of a network and, where it is there, the official int8 model."""
    model, example_inputs, calibration = getattr(mlperf_tiny, name)()
    own = partial(tcm.compile, model, example_inputs, calibration=calibration)
    found = [Source("pytorch", own, inputs)]
    official = mlperf_tiny.official_tflite(name)
    if official is not None:
        given = mlperf_tiny.as_tflite_takes_them(inputs)
        found.append(Source("tflite", partial(tcm.compile, official), given))
    return found


def measure(name: str, stages: Stages) -> Iterator[Row]:
    """One row for each source and core, as soon as it is measured."""
    model, _, _ = getattr(mlperf_tiny, name)()
    inputs, labels = mlperf_tiny.samples(name)
    with torch.no_grad():
        outputs = stages.run(f"{name}: float on {len(inputs)} samples", model, inputs)
    float_score = mlperf_tiny.score(name, inputs, outputs, labels)

    def score(outputs: Tensor) -> float:
        return mlperf_tiny.score(name, inputs, outputs, labels)

    for source in sources(name, inputs):
        yield from measure_source(name, source, score, float_score, stages)


def measure_source(
    name: str,
    source: Source,
    score: Callable[[Tensor], float],
    float_score: float,
    stages: Stages,
) -> Iterator[Row]:
    """One row for each core."""
    inputs = source.inputs
    int8_score = None
    for target in TARGETS:
        stages.start(f"{name}: compiling for {target}")
        compiled = source.compile(target=target, name=name)
        if int8_score is None:  # every core computes the same: once is enough
            outputs = stages.run(f"{name}: int8 on {len(inputs)} samples", compiled.run, inputs)
            int8_score = score(outputs)
        stages.start(f"{name}: running on an emulated {target}")
        bit_exact = is_bit_exact(compiled, inputs[:: len(inputs) // EMULATED_SAMPLES])
        report = compiled.profile(inputs[:1])
        stages.row_done()
        yield Row(
            name,
            source.name,
            target,
            float_score,
            int8_score,
            report.arena_bytes,
            report.ram_bytes,
            report.flash_bytes,
            report.instructions,
            report.cycles,
            bit_exact,
            mlperf_tiny.has_official_weights(name),
        )


def is_bit_exact(compiled: tcm.CompiledModel, inputs: Tensor) -> bool:
    """Whether this computer and the emulated core give what the reference gives."""
    inputs = inputs[:EMULATED_SAMPLES]
    expected = compiled.run(inputs, on="reference")
    outputs = [compiled.run(inputs, on=place) for place in ("host", "emulator")]
    return all(torch.equal(output, expected) for output in outputs)


def table(rows: list[Row], title: str) -> Table:
    """The rows as a table for a terminal of 80 columns."""
    result = Table(
        "network", "core", title=title, box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), show_edge=False
    )
    for heading in ("float", "int8", "arena B", "flash B", "instr.", "cycles", "exact"):
        result.add_column(heading, justify="right")
    for row in rows:
        score = "{:.3f}" if row.network == "ad" else "{:.1f}%"
        result.add_row(
            row.network if row.source == "pytorch" else f"{row.network}.{row.source}",
            row.core.removeprefix("cortex-").upper(),
            score.format(row.float_score),
            score.format(row.int8_score),
            f"{row.arena_bytes:,}",
            f"{row.flash_bytes:,}",
            _count(row.instructions),
            _count(row.cycles),
            "yes" if row.bit_exact else "NO",
        )
    return result


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def main() -> int:
    """Measures all networks; returns 1 if one is not bit-exact."""
    parser = argparse.ArgumentParser(description="MLPerf Tiny on emulated Cortex-M cores")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON, too")
    arguments = parser.parse_args()

    official = mlperf_tiny.official_folder() is not None
    title = "MLPerf Tiny" if official else "MLPerf Tiny, RANDOM weights and inputs"
    warnings.filterwarnings("ignore", message=".*no official weights")  # the table says it
    rows: list[Row] = []
    with Progress(console=Console(stderr=True), transient=True) as progress:
        models = sum(
            1 if mlperf_tiny.official_tflite(name) is None else 2 for name in mlperf_tiny.NETWORKS
        )
        stages = Stages(progress, models * len(TARGETS))
        for name in mlperf_tiny.NETWORKS:
            rows += measure(name, stages)
    Console().print(table(rows, title))
    print("Instructions (instr.) are exact; cycles are a zero-wait-state estimate.")
    if official:
        made_up = dict.fromkeys(row.network for row in rows if not row.official_weights)
        print(f"Random weights and inputs, float answers as labels: {', '.join(made_up)}")
    else:
        print(
            "No official weights found (see examples/mlperf_tiny.py): float answers are the labels"
        )
    if arguments.json:
        data = {"official_weights": official, "rows": [asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(data, indent=2) + "\n")
    return 0 if all(row.bit_exact for row in rows) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (tcm.TcmError, OSError) as error:
        sys.exit(f"error: {error}")
