"""How much working memory networks take, and that taking less costs nothing.

    python -m bench.memory [--core NAME ...] [--network NAME ...] [--no-instructions] [--publish]

Then compiles them with budgets of RAM, so that layers compute a few rows at a time.

Plans every network with outputs apart from their inputs, with outputs that run into inputs that
die, and with the network's own inputs and outputs in the arena, too. The first two run on the
emulated core with one random sample: their outputs have to be equal. --publish writes the table and
the picture of docs/memory.md.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import mlperf_tiny
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from torch_cortex_m.build import ImageSizeError
from torch_cortex_m.emit import emit
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.generate import Generated, Preferences, generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import MemoryPlan, Program
from torch_cortex_m.passes import run_passes
from torch_cortex_m.plan import plan_memory
from torch_cortex_m.run import Execution
from torch_cortex_m.runner import Runner
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import CORES

from . import ROOT
from .memory_budgets import BudgetRow, budgets_table, measure_budgets
from .memory_networks import NETWORKS
from .pages import replace_parts

TINY = {
    "kws": "KWS (DS-CNN)",
    "ic": "ResNet8",
    "vww": "VWW (MobileNetV1 0.25)",
    "ad": "AD (autoencoder)",
}
TITLES = TINY | {name: network.title for name, network in NETWORKS.items()}
PAGE = ROOT / "docs" / "memory.md"
PICTURE = ROOT / "docs" / "memory.png"
PICTURED = ("mobilenet_v2_035", "cortex-m4")


@dataclass(frozen=True)
class Row:
    """Bytes of the arena, and instructions of one inference where they were measured."""

    network: str
    core: str
    apart: int
    overlapping: int
    bound: int
    ports_in_arena: int
    port_bytes: int
    instructions: tuple[int, int] | None = None


@cache
def graph_of(network: str) -> Graph:
    build = getattr(mlperf_tiny, network) if network in TINY else NETWORKS[network].model
    model, inputs, calibration = build()
    return run_passes(import_pytorch(model, inputs, calibration, name="model"))


def measure(network: str, core: str, *, instructions: bool) -> Row:
    """Raises RuntimeError if where outputs lie changes them."""
    generated = generate(graph_of(network), CORES[core])
    within = generate(generated.graph, generated.target, preferences=Preferences(io="arena"))
    apart, program = outputs_apart(generated)
    ports = [*generated.program.input_bytes, *generated.program.output_bytes]
    return Row(
        network,
        core,
        apart.arena_bytes,
        generated.plan.arena_bytes,
        generated.plan.lower_bound,
        within.plan.arena_bytes,
        sum(ports),
        counted([program, generated.program], generated) if instructions else None,
    )


def outputs_apart(generated: Generated) -> tuple[MemoryPlan, Program]:
    """The plan and the C with the same kernels and no output over an input."""
    graph, selection = generated.graph, generated.selection
    layers = {node.name: layer_of(graph, node) for node in graph.computing_nodes()}
    scratch = {name: kernel.scratch_bytes(layers[name]) for name, kernel in selection.items()}
    strided = {name for name, kernel in selection.items() if kernel.leaves_room(layers[name])}
    plan = plan_memory(graph, scratch, {}, strided)
    return plan, emit(graph, layers, selection, plan, "apart")


def counted(programs: Sequence[Program], generated: Generated) -> tuple[int, int] | None:
    """The instructions of both on a random sample; None where the emulated board has no room."""
    rng = np.random.default_rng(0)
    sample = [rng.bytes(size) for size in generated.program.input_bytes]
    found: list[Execution] = []
    for program in programs:  # both in one image may be too large
        with Runner([program], generated.target) as runner:
            try:
                found += runner.run([(0, sample)])
            except ImageSizeError:
                return None
    first, second = found
    if first.outputs != second.outputs:
        raise RuntimeError(f"{generated.graph.name}: outputs depend on where they lie")
    return first.instructions, second.instructions


def table(rows: Sequence[Row]) -> str:
    lines = [
        "| network | core | apart | overlapping | bound | ports inside | ports | instructions |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        sizes = (row.apart, row.overlapping, row.bound, row.ports_in_arena, row.port_bytes)
        cells = [TITLES[row.network], row.core, *(f"{size:,}" for size in sizes)]
        lines.append(f"| {' | '.join([*cells, _change(row.instructions)])} |")
    return "\n".join(lines) + "\n"


def _change(instructions: tuple[int, int] | None) -> str:
    if instructions is None:
        return "-"
    before, after = instructions
    change = round(100 * (after - before) / before, 2)
    return f"{after:,} ({f'{change:+.2f}' if change else '0.00'} %)"


def write_picture(path: Path, generated: Generated) -> None:
    """Time to the right, addresses upwards: where values lie, and until when."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
    plans = (outputs_apart(generated)[0], generated.plan)
    for axis, plan, title in zip(axes, plans, ("apart", "overlapping"), strict=True):
        _draw(axis, generated.graph, plan, 1.05 * max(each.arena_bytes for each in plans))
        axis.set_title(f"{title}: {plan.arena_bytes:,} bytes")
        axis.set_xlabel("node")
    axes[0].set_ylabel("bytes of the arena")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def _draw(axis: Axes, graph: Graph, plan: MemoryPlan, top: float) -> None:
    last = {value: i for i, node in enumerate(graph.nodes) for value in node.inputs}
    computing = set(graph.computing_nodes())
    for index, node in enumerate(graph.nodes):
        if node in computing:
            for value in node.outputs:
                place, size = plan.locations[value], graph.types[value].bytes
                if place.kind == "arena":
                    _block(axis, index, last.get(value, index), place.offset, size)
    axis.set_xlim(-0.5, len(graph.nodes) - 0.5)
    axis.set_ylim(0, top)


def _block(axis: Axes, first: int, last: int, start: int, size: int) -> None:
    box = Rectangle((first - 0.45, start), last - first + 0.9, size, ec="black", alpha=0.5)
    axis.add_patch(box)


def main() -> int:
    parser = argparse.ArgumentParser(description="How much working memory networks take")
    parser.add_argument("--core", nargs="+", default=["cortex-m4", "cortex-m55"], choices=CORES)
    parser.add_argument("--network", nargs="+", default=list(TITLES), choices=TITLES)
    parser.add_argument("--no-instructions", action="store_true")
    parser.add_argument("--publish", action="store_true")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*no official weights")
    rows: list[Row] = []
    budgets: list[BudgetRow] = []
    for network in arguments.network:
        for core in arguments.core:
            run = not arguments.no_instructions
            rows.append(measure(network, core, instructions=run))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
            found = measure_budgets(network, core, graph_of(network), run=run)
            budgets += found
            print("\n".join(budgets_table(found, TITLES.__getitem__).splitlines()[2:]), flush=True)
    if arguments.publish:
        network, core = PICTURED
        write_picture(PICTURE, generate(graph_of(network), CORES[core]))
        parts = {"memory": table(rows), "budgets": budgets_table(budgets, TITLES.__getitem__)}
        replace_parts(PAGE, parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
