"""How often the cost model and the folders' order agree with measurement.

    python -m bench.cost_model

For every measured layer the cost model must do without that layer's own measurements: it estimates
each kernel from the most similar other layer. "agrees" counts the layers for which the kernel that
is chosen has the least measured time (or one within 2 % of it), "costs" is the time that the
choices take over the best ones, all layers weighing the same. "folder order" is the choice without
any table. Reference kernels and linked libraries' do not count as alternatives. The table goes into
docs/tuning.md.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from torch_cortex_m.measured.measurements import SHIPPED, load_measurements
from torch_cortex_m.ops.base import Kernel, Layer
from torch_cortex_m.select import CostModel, applicable_kernels, layer_of
from torch_cortex_m.select.cost import Table
from torch_cortex_m.select.order import order_kernels
from torch_cortex_m.target import CORES, Target

from . import ROOT
from .pages import replace_parts
from .ship_measurements import measured_graphs

PAGE = ROOT / "docs" / "tuning.md"

SAME_TIME = 1.02


@dataclass(frozen=True)
class Choice:
    """Measured time of what was chosen for a layer, over that of the best kernel."""

    core: str
    by: str
    excess: float


def choices(core: str, layers: Sequence[Layer]) -> Iterator[Choice]:
    """For the layers that have at least two kernels to choose from."""
    table = load_measurements(SHIPPED / f"{core}.json").for_core(core)
    seen: set[str] = set()
    for layer in layers:
        text = layer.signature.text
        measured = table.get(text, {})
        kernels = [k for k in alternatives(layer, CORES[core]) if k.name in measured]
        if text in seen or len(kernels) < 2:
            continue
        seen.add(text)
        best = min(measured[kernel.name].time for kernel in kernels)
        for by, chosen in (
            ("folder order", kernels[-1]),
            ("cost model", by_estimate(table, layer, kernels)),
        ):
            if chosen is not None:
                yield Choice(core, by, measured[chosen.name].time[0] / best[0])


def alternatives(layer: Layer, target: Target) -> list[Kernel]:
    kernels = applicable_kernels(layer, target, frozenset())
    return [kernel for kernel in kernels if not kernel.name.endswith("_ref")]


def by_estimate(table: Table, layer: Layer, kernels: Sequence[Kernel]) -> Kernel | None:
    """None if no other layer says anything about these kernels."""
    others = {text: measured for text, measured in table.items() if text != layer.signature.text}
    model = CostModel(others)
    known = [kernel for kernel in kernels if model.cost(layer, kernel) is not None]
    return order_kernels(layer, known, model, "speed")[-1] if known else None


def main() -> int:
    warnings.filterwarnings("ignore", message=".*no official weights")
    graphs = list(measured_graphs())
    layers = [layer_of(graph, node) for graph in graphs for node in graph.computing_nodes()]
    found = [
        choice
        for core in CORES
        if (SHIPPED / f"{core}.json").exists()
        for choice in choices(core, layers)
    ]
    table = agreement_table(found)
    print(table, end="")
    replace_parts(PAGE, {"agreement": table})
    return 0


def agreement_table(found: Sequence[Choice]) -> str:
    """Markdown, a row for each core and way to choose."""
    lines = ["| core | chosen by | layers | agrees | costs | worst |", "|---|---|---|---|---|---|"]
    for core, by in dict.fromkeys((choice.core, choice.by) for choice in found):
        own = [choice.excess for choice in found if (choice.core, choice.by) == (core, by)]
        agreed = sum(excess <= SAME_TIME for excess in own) / len(own)
        excess = f"+{mean(own) - 1:.1%} | +{max(own) - 1:.0%}".replace("%", " %")
        lines.append(f"| {core} | {by} | {len(own)} | {100 * agreed:.0f} % | {excess} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
