"""Budgets of RAM change kernels where the arena is largest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_networks import DrawnNetwork
from measured_layers import M4, kernels_with
from small_graphs import Builder
from test_regions import residual_network
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m.generate import LEAST, Preferences, generate
from torch_cortex_m.generate.generate import best_choice
from torch_cortex_m.generate.ram import RamBudget
from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import MemoryPlan
from torch_cortex_m.measured.measurements import (
    Measurement,
    Measurements,
)
from torch_cortex_m.ops.base import Kernel
from torch_cortex_m.ops.conv2d.cases import SAME
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.plan import plan_memory
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.choice import Choice
from torch_cortex_m.select.ram_budget import ArenaPlanner, within_ram
from torch_cortex_m.target import find_target


def two_convolutions() -> Graph:
    """Two equal layers in a row, whose best kernels need scratch memory at the arena's peak."""
    convolutions = [nn.Conv2d(16, 16, 3, padding=1) for _ in range(2)]
    model = nn.Sequential(convolutions[0], nn.ReLU(), convolutions[1], nn.ReLU())
    inputs = (torch.randn(1, 16, 12, 12, generator=torch.Generator().manual_seed(1)),)
    return tcm.compile(model.eval(), inputs, target="cortex-m4", calibration=[inputs]).graph


def test_a_ram_budget_changes_all_layers_at_the_peak() -> None:
    graph = two_convolutions()
    best = generate(graph, M4)
    arena = best.plan.arena_bytes
    names = {kernel.name for kernel in best.selection.values()}
    assert names == {"conv2d_s8__winograd_dsp"}, "the test needs kernels with scratch memory"
    tight = generate(graph, M4, preferences=Preferences(ram_bytes=arena - 16))
    assert tight.plan.arena_bytes <= arena - 16
    assert "conv2d_s8__ref" not in {kernel.name for kernel in tight.selection.values()}
    least = generate(graph, M4, preferences=Preferences(ram_bytes=16 * 12 * 12))
    assert least.plan.arena_bytes <= 16 * 12 * 12
    assert "conv2d_s8__ref" not in {kernel.name for kernel in least.selection.values()}
    assert len(least.plan.regions) == 1, "whole layers would need their slowest kernels"


def test_a_flash_budget_keeps_the_ram_budget() -> None:
    """The smallest code may need the most scratch memory; it is no way out of a flash budget."""
    graph = two_convolutions()
    table = {
        layer_of(graph, node).signature.text: {
            "conv2d_s8__ref": Measurement(1000, 9000, 9000, 6000),
            "conv2d_s8__winograd_dsp": Measurement(1000, 1000, 1000, 5000),
        }
        for node in graph.nodes
        if node.op.name == "conv2d"
    }
    measurements = Measurements({"cortex-m4 gcc-12.2": table})
    for budget in (13_000, 11_000):
        preferences = Preferences(
            flash_bytes=budget, ram_bytes=16 * 12 * 12, measurements=measurements
        )
        if budget < 12_000:
            with pytest.raises(tcm.TcmError, match="flash budget"):
                generate(graph, M4, preferences=preferences)
        else:
            assert generate(graph, M4, preferences=preferences).plan.arena_bytes <= 16 * 12 * 12


def test_a_ram_budget_holds_where_kernels_fit_one_by_one_only() -> None:
    """The arena may have gaps that two nodes' scratch memory together does not fit."""
    graph = case_graph(linear_case("dense", (1, 10), 10))
    first = graph.nodes[0]
    second = replace(first, inputs=("output", *first.inputs[1:]), outputs=("second",))
    graph.nodes.append(second)
    graph.types["second"] = graph.types["output"]
    lean, fast = kernels_with(2)
    choice = Choice.best(
        graph, {name: [lean, fast] for name in ("output", "second")}, CostModel({})
    )
    arenas = {0: 100, 1: 110, 2: 130}

    def plan(selection: Mapping[str, Kernel]) -> MemoryPlan:
        return MemoryPlan(arenas[sum(k is fast for k in selection.values())], 0, {}, {}, ())

    planner = ArenaPlanner(lambda name, kernel: 10 if kernel is fast else 0, plan)
    for limit, fast_ones in ((130, 2), (129, 1), (110, 1), (109, 0)):
        found = within_ram(choice, limit, planner)
        assert found is not None
        assert sum(kernel is fast for kernel in found.selection.values()) == fast_ones
    assert within_ram(choice, 99, planner) is None


def test_a_layer_with_two_outputs_that_nobody_measured() -> None:
    build = Builder()
    value = build.node("reshape", build.conv(build.input(1, 4, 6, 4), 8), shape=(3, 4, 2, 4, 2))
    build.output(*build.split(value, axis=2, size=1))
    budget = Preferences(ram_bytes=LEAST)
    assert generate(build.graph, find_target("cortex-m33"), preferences=budget).plan.arena_bytes


def test_rows_of_what_is_computed_where_it_is_joined() -> None:
    """It has no memory of its own that could lie over what dies meanwhile."""
    build = Builder()
    first = build.conv(build.input(1, 8, 6, 4), 8)
    second = build.conv(build.conv(first, 16), 4)
    flat = build.node("reshape", second, shape=(192,))
    build.output(build.node("concatenate", flat, flat, axis=0))
    budget = Preferences(ram_bytes=LEAST)
    generated = generate(build.graph, find_target("cortex-m55"), preferences=budget)
    assert generated.plan.regions


def budget_with_gaps(gap: Callable[[Choice], int]) -> RamBudget:
    """One whose plans take more bytes than they need."""

    def planner(choice: Choice) -> ArenaPlanner:
        def scratch(name: str, kernel: Kernel) -> int:
            return kernel.scratch_bytes(choice.layers[name])

        def plan(selection: Mapping[str, Kernel]) -> MemoryPlan:
            sizes = {name: scratch(name, kernel) for name, kernel in selection.items()}
            overlaps = {n: kernel.overlaps(choice.layers[n]) for n, kernel in selection.items()}
            planned = plan_memory(choice.graph, sizes, overlaps, regions=choice.regions)
            return replace(planned, arena_bytes=planned.arena_bytes + gap(choice))

        return ArenaPlanner(scratch, plan)

    return RamBudget(M4, planner, "caller", may_go_by_rows=True, may_cut=False)


BUDGET = budget_with_gaps(lambda choice: 1)


def test_rows_take_no_byte_more_than_the_limit() -> None:
    """Plans that take a little more than was estimated: a smaller estimate is tried."""
    build = Builder()
    first = build.conv(build.input(1, 8, 6, 4), 8)
    build.output(build.conv(build.conv(first, 16), 4))
    choice = best_choice(build.graph, M4)
    loose = BUDGET.within(choice, 600)
    assert loose.regions
    limit = BUDGET.arena(loose)
    assert BUDGET.arena(BUDGET.within(choice, limit)) == limit
    assert BUDGET.arena(BUDGET.within(choice, limit - 1)) <= limit - 1


def test_more_memory_takes_no_more_time_where_plans_have_gaps() -> None:
    """The gap grows with a window, which more rows a call make longer."""
    graph = residual_network()
    choice = best_choice(graph, M4)
    budget = budget_with_gaps(
        lambda choice: 3 * sum(r.windows["stem"].bytes for r in choice.regions if "stem" in r.nodes)
    )
    found = [budget.within(choice, limit) for limit in (2900, 2950, 3150)]
    times = [each.total_time for each in found]
    assert times == sorted(times, reverse=True)
    assert budget.arena(found[-1]) > 2950


def test_other_kernels_keep_a_budget_where_nothing_goes_by_rows() -> None:
    case = conv2d_case("conv", (1, 8, 8, 8), 8, padding=SAME)
    choice = best_choice(case_graph(case), M4)
    ((name, best),) = choice.selection.items()
    assert best.scratch_bytes(choice.layers[name]), "the test needs a kernel with scratch memory"
    limit = BUDGET.arena(choice) - 1
    kernels = replace(BUDGET, may_go_by_rows=False)
    found = kernels.within(choice, limit)
    assert not found.regions
    assert kernels.arena(found) <= limit
    assert found.selection[name] is not best


@pytest.mark.parametrize("seed", [11, 45, 61, 70])
def test_what_takes_the_least_keeps_budgets_of_so_much(seed: int) -> None:
    """Networks whose schedules for that limit have plans that take more."""
    graph = DrawnNetwork(np.random.default_rng(seed), 5).graph
    least = generate(graph, M4, preferences=Preferences(ram_bytes=LEAST)).plan.arena_bytes
    for limit in (least, least + 8):
        found = generate(graph, M4, preferences=Preferences(ram_bytes=limit))
        assert found.plan.arena_bytes <= limit
    with pytest.raises(tcm.TcmError, match=f"got: {least} bytes, the least that was found"):
        generate(graph, M4, preferences=Preferences(ram_bytes=least - 1))
