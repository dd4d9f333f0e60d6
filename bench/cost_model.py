"""How often the cost model and the folders' order agree with measurement.

    python -m bench.cost_model

The cost model must do without the measurements of a twentieth of all layers at a time, on any core,
and then of a fifth, and chooses for these. "agrees" counts the layers for which the kernel
that is chosen has the least measured time (or one within 2 % of it), "costs" is the time that the
choices take over the best ones, all layers weighing the same, "19 of 20" what all but a twentieth
of the layers stay below. "folder order" is the choice without any table. Reference kernels and
linked libraries' do not count as alternatives. The table goes into docs/tuning.md; one by operators
is printed as well.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from statistics import mean

from torch_cortex_m.measured.measurements import SHIPPED, shipped_measurements
from torch_cortex_m.ops.base import Kernel, Layer
from torch_cortex_m.select import CostModel, applicable_kernels, layer_of
from torch_cortex_m.select.cost import Table
from torch_cortex_m.select.order import order_kernels
from torch_cortex_m.target import CORES, Target, cores_like

from . import ROOT, SAME_TIME
from .pages import replace_parts
from .ship_measurements import measured_graphs

PAGE = ROOT / "docs" / "tuning.md"

PARTS = {"a twentieth": 20, "a fifth": 5}
"""A part of the layers is hidden at a time."""


@dataclass(frozen=True)
class Choice:
    """Measured time of what was chosen for a layer, over that of the best kernel."""

    core: str
    by: str
    operator: str
    excess: float


def choices(core: str, layers: Mapping[str, Layer]) -> Iterator[Choice]:
    """For the layers, by signature, that have at least two kernels to choose from."""
    tables = [shipped_measurements(name).for_core(name) for name in cores_like(CORES[core])]
    open_to_choice: dict[str, list[Kernel]] = {}
    for text, layer in layers.items():
        measured = tables[0].get(text, {})
        kernels = [k for k in alternatives(layer, CORES[core]) if k.name in measured]
        if len(kernels) > 1:
            open_to_choice[text] = kernels

    def chosen(by: str, model: CostModel, text: str) -> Choice:
        layer, kernels, measured = layers[text], open_to_choice[text], tables[0][text]
        best = order_kernels(layer, kernels, model, "speed")[-1]
        least = min(measured[kernel.name].time for kernel in kernels)
        return Choice(core, by, layer.op.name, measured[best.name].time[0] / least[0])

    texts = sorted(open_to_choice)
    for text in texts:
        yield chosen("folder order", CostModel({}), text)
    for name, parts in PARTS.items():
        for part in range(parts):
            model = model_without(set(texts[part::parts]), tables)
            for text in texts[part::parts]:
                yield chosen(f"cost model, without {name}", model, text)


def model_without(hidden: Set[str], tables: Sequence[Table]) -> CostModel:
    own, *others = (
        {text: costs for text, costs in table.items() if text not in hidden} for table in tables
    )
    return CostModel(own, others)


def alternatives(layer: Layer, target: Target) -> list[Kernel]:
    kernels = applicable_kernels(layer, target, frozenset())
    return [kernel for kernel in kernels if not kernel.name.endswith("_ref")]


def main() -> int:
    argparse.ArgumentParser(
        description="Writes the table of agreement of docs/tuning.md"
    ).parse_args()
    warnings.filterwarnings("ignore", message=".*no official weights")
    layers: dict[str, Layer] = {}
    for graph in measured_graphs():
        for node in graph.computing_nodes():
            layer = layer_of(graph, node)
            layers.setdefault(layer.signature.text, layer)
    found = [
        choice
        for core in CORES
        if (SHIPPED / f"{core}.json").exists()
        for choice in choices(core, layers)
    ]
    by_core = agreement(found, lambda choice: (choice.core, choice.by))
    table = markdown("core", by_core)
    by_operator = agreement(found, lambda choice: (choice.operator, choice.by))
    print(table, markdown("operator", by_operator), sep="\n", end="")
    replace_parts(PAGE, {"agreement": table})
    return 0


Rows = dict[tuple[str, str], list[float]]
"""What it is of, and how it was chosen -> excess of each layer."""


def agreement(found: Sequence[Choice], key: Callable[[Choice], tuple[str, str]]) -> Rows:
    rows: Rows = {}
    for choice in found:
        rows.setdefault(key(choice), []).append(choice.excess)
    return rows


def markdown(subject: str, rows: Rows) -> str:
    lines = [
        f"| {subject} | chosen by | layers | agrees | costs | 19 of 20 | worst |",
        "|---|---|---|---|---|---|---|",
    ]
    for (name, by), own in rows.items():
        agreed = sum(excess <= SAME_TIME for excess in own) / len(own)
        most = sorted(own)[len(own) * 19 // 20]
        excess = f"+{mean(own) - 1:.1%} | +{most - 1:.0%} | +{max(own) - 1:.0%}"
        cells = f"{len(own)} | {100 * agreed:.0f} % | {excess.replace('%', ' %')}"
        lines.append(f"| {name} | {by} | {cells} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
