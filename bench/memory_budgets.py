"""How much less memory networks take whose layers compute a few rows at a time, and what for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from torch_cortex_m.build import ImageSizeError
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import LEAST, Generated, Preferences, generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES

BUDGETS: dict[tuple[str, str], tuple[int, ...]] = {
    ("kws", "cortex-m4"): (6_400, 5_000),
    ("kws", "cortex-m55"): (12_000, 9_500),
    ("ic", "cortex-m4"): (26_100, 22_000, 17_000, 14_000),
    ("ic", "cortex-m55"): (26_500, 17_400),
    ("vww", "cortex-m4"): (28_400, 20_000, 17_200, 15_700, 12_500),
    ("vww", "cortex-m55"): (28_000, 24_000, 20_000),
    ("ad", "cortex-m4"): (256,),
    ("mobilenet_v2_035", "cortex-m4"): (32_500, 24_000, 18_400, 12_300),
    ("mobilenet_v2_035", "cortex-m55"): (40_000, 28_000),
    ("mobilenet_v2", "cortex-m4"): (200_000, 134_100, 64_500),
    ("mcunet_vww", "cortex-m4"): (27_000, 18_900, 13_500),
    ("mcunet_320k", "cortex-m4"): (100_000, 63_300, 46_000),
    ("unet", "cortex-m4"): (150_000, 120_000, 97_000),
    ("tcn", "cortex-m4"): (16_000, 13_000, 9_800),
    ("tcn", "cortex-m55"): (20_000, 16_000, 12_500, 9_800, 8_500),
}
"""Network, core -> bytes of the arena, without inputs and outputs, that it may take."""

INSIDE: dict[tuple[str, str], tuple[int, ...]] = {
    ("vww", "cortex-m4"): (28_400,),
    ("ad", "cortex-m4"): (768,),
    ("mobilenet_v2_035", "cortex-m4"): (32_500,),
    ("mobilenet_v2", "cortex-m4"): (207_400,),
    ("mcunet_vww", "cortex-m4"): (23_000,),
    ("mcunet_320k", "cortex-m4"): (101_600,),
}
"""The same with inputs and outputs in the arena."""

PUSHED: dict[tuple[str, str], tuple[int, ...]] = {
    ("vww", "cortex-m4"): (28_400, 20_000, 17_200),
    ("vww", "cortex-m55"): (28_000, 24_000),
    ("ic", "cortex-m4"): (26_500,),
    ("mobilenet_v2_035", "cortex-m4"): (32_500, 19_800),
    ("mobilenet_v2", "cortex-m4"): (207_400, 138_000),
    ("mcunet_vww", "cortex-m4"): (23_000,),
    ("mcunet_320k", "cortex-m4"): (101_600,),
}
"""The same for networks whose image comes in rows."""

PLACES = {"caller": "whole", "arena": "inside", "rows": "in rows"}
"""Of the input, as of ``Preferences.io``, in the table's words."""


@dataclass(frozen=True)
class BudgetRow:
    """Bytes of the arena and instructions of one inference; None where it was not run.

    limit: the budget; what is least where nothing was found within it. io: as of ``Preferences``.
    """

    network: str
    core: str
    io: str
    limit: int
    arena: int
    instructions: tuple[int, int] | None

    @property
    def within(self) -> bool:
        return self.arena <= self.limit


def measure_budgets(network: str, core: str, graph: Graph, *, run: bool) -> list[BudgetRow]:
    """Raises RuntimeError if an output differs from that of whole layers."""
    whole = generate(graph, CORES[core])
    rows: list[BudgetRow] = []
    for io, budgets in (("caller", BUDGETS), ("arena", INSIDE), ("rows", PUSHED)):
        for limit in budgets.get((network, core), ()):
            found = _within(graph, core, limit, io)
            counts = _counted(whole, found) if run else None
            rows.append(BudgetRow(network, core, io, limit, found.plan.arena_bytes, counts))
    return rows


def _within(graph: Graph, core: str, limit: int, io: str) -> Generated:
    try:
        return generate(graph, CORES[core], preferences=Preferences(ram_bytes=limit, io=io))
    except TcmError:
        return generate(graph, CORES[core], preferences=Preferences(ram_bytes=LEAST, io=io))


def _counted(whole: Generated, by_rows: Generated) -> tuple[int, int] | None:
    """None where the emulated board has no room for the network."""
    rng = np.random.default_rng(0)
    sample = [rng.bytes(size) for size in whole.program.input_bytes]
    found = []
    for each in (whole, by_rows):
        with Runner([each.program], each.target) as runner:
            try:
                found += runner.run([(0, sample)])
            except ImageSizeError:
                return None
    first, second = found
    if first.outputs != second.outputs:
        raise RuntimeError(f"{whole.graph.name}: rows give other outputs than whole layers")
    return first.instructions, second.instructions


def budgets_table(rows: Sequence[BudgetRow], title: Callable[[str], str]) -> str:
    lines = [
        "| network | core | input | budget | arena | instructions |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        limit = f"{row.limit:,}" if row.within else f"{row.limit:,}: not kept"
        cells = [title(row.network), row.core, PLACES[row.io], limit, f"{row.arena:,}"]
        cells.append(_change(row.instructions))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _change(instructions: tuple[int, int] | None) -> str:
    if instructions is None:
        return "-"
    before, after = instructions
    return f"{after:,} ({100 * (after - before) / before:+.1f} %)"
