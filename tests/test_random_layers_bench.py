"""The sweep of random layers: what it draws, compares and reports."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cmsis_nn import CmsisNN
from conftest import needs_emulator

sys.path.append(str(Path(__file__).parent.parent))

from bench import random_layers as bench
from bench.drawn_layers import random_layers
from bench.variants import Library
from torch_cortex_m.generate import generate
from torch_cortex_m.measured.measurements import Measurement, load_measurements
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.linear.cases import case as linear
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.target import CORES

CORE = "cortex-m4"


def measured(contest: bench.Contest, times: dict[str, int]) -> dict[bench.Key, Measurement]:
    """Kernels that are not named take 1,000 cycles."""
    return {
        bench.key_of(each): Measurement(1, 1, times.get(each.kernel, 1000), 0)
        for each in contest.ours
    }


def outcome(ratio: float | None, loss: float = 0.0, operator: str = "linear") -> bench.Outcome:
    return bench.Outcome(f"{operator} {ratio}", operator, "chosen", "best", 3, loss, ratio)


def test_a_seed_gives_the_same_layers() -> None:
    first, again, other = (list(random_layers(seed, 12)) for seed in (3, 3, 4))
    assert [case.op for case in first] == [case.op for case in again]
    assert [case.op for case in first] != [case.op for case in other]


def test_the_chosen_kernel_is_compared_with_the_fastest() -> None:
    graph = case_graph(linear("layer", (1, 64), 12, bias=True))
    contest = bench.contest(graph, CORE)
    (chosen,) = (kernel.name for kernel in generate(graph, CORES[CORE]).selection.values())
    other = next(each.kernel for each in contest.ours if each.kernel != chosen)
    times = measured(contest, {chosen: 300, other: 200})
    found = bench.outcome(contest, CORE, times, 450)
    assert (found.chosen, found.best, found.choices) == (chosen, other, len(contest.ours))
    assert found.loss == pytest.approx(0.5)
    assert found.ratio == pytest.approx(1.5)
    assert bench.outcome(contest, CORE, times, None).ratio is None


@needs_emulator
def test_cmsis_nn_computes_what_was_drawn(cmsis_nn: CmsisNN, tmp_path: Path) -> None:
    """And our kernels what is compiled: of a 3x3 kernel over one row one row is left. The fastest
    of several builds counts."""
    case = conv2d("row", (1, 1, 8, 4), 8, (3, 3), padding=(1, 1, 1, 1), bias=True)
    contest = bench.contest(case_graph(case), CORE)
    assert "weight=8x3x3x4" in contest.layer
    assert all("weight=8x1x3x4" in each.layer for each in contest.ours)
    library = cmsis_nn.library(CORE)
    builds = [Library(library, "a_build"), Library(library, "a-build")]
    with ThreadPoolExecutor(1) as pool:
        (first,) = bench.outcomes([contest.drawn], CORE, builds, tmp_path, pool)
        _, path = sorted(tmp_path.glob(f"{CORE}-*.json"))
        faster = load_measurements(path)
        (table,) = faster.tables.values()
        for kernel, cost in table[contest.layer].items():
            table[contest.layer][kernel] = replace(cost, cycles=cycles_of(cost) // 2)
        faster.save(path)
        (again,) = bench.outcomes([contest.drawn], CORE, builds, tmp_path, pool)
    assert first.ratio is not None
    assert first.ratio > 1
    assert again.ratio == pytest.approx(first.ratio / 2, rel=1e-3)


def cycles_of(cost: Measurement) -> int:
    assert cost.cycles is not None
    return cost.cycles


def test_report_names_what_is_behind() -> None:
    found = [outcome(0.8, 0.5), outcome(1.2), outcome(1.6), outcome(None)]
    text = bench.report(CORE, found)
    assert "mean loss 12.5%, worst 50%" in text
    assert "less than 1.5 times in 2, is faster in 1" in text
    assert "0.80 chosen (best: 1.20): linear 0.8" in text
    assert "linear 1.6" not in text
    assert bench.table_row(CORE, found) == (
        "| cortex-m4 | 4 | 75 % | 12.5 % | 50 % | 3 | 1.20 | 2 | 1 |"
    )


def test_a_layer_with_one_kernel_is_no_choice() -> None:
    only = bench.Outcome("pad", "pad", "chosen", "chosen", 1, 0.0, 2.0)
    assert "no layer has a choice" in bench.report(CORE, [only])
    assert bench.table_row(CORE, [only, outcome(None, 0.1)]).startswith(
        "| cortex-m4 | 1 | 0 % | 10.0 % |"
    )
