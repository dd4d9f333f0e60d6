"""Kernels that were measured for a part: what becomes of that."""

from __future__ import annotations

from dataclasses import replace

from measured_layers import M4, fully_connected
from small_graphs import Builder

from torch_cortex_m import ops
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.measured.measurements import (
    Measurement,
    Measurements,
    board_table,
    part_table,
)
from torch_cortex_m.run.miss_counter import Misses, waiting_cycles
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.order import order_kernels
from torch_cortex_m.target import PARTS, Target, find_target
from torch_cortex_m.tune import Candidate, candidates_of

F411 = find_target("stm32f411")
CORE = "cortex-m4 gcc-12.2"


def two_layers() -> Builder:
    build = Builder()
    given = build.input(1, 4, 3, 4)
    build.output(build.node("maximum", given, build.conv(given, 4)))
    return build


GRAPH = two_layers().graph
CONVOLUTION, MAXIMUM = (layer_of(GRAPH, node).signature.text for node in GRAPH.computing_nodes())
CANDIDATES = candidates_of(GRAPH, M4)
KERNELS = [each.kernel for each in CANDIDATES if each.layer == CONVOLUTION]


def add(measurements: Measurements, table: str, candidates: list[Candidate]) -> None:
    """Each of the candidates is faster than the one before."""
    for index, each in enumerate(candidates):
        cost = Measurement(9, 100, 9_000 - 100 * index, 1000)
        measurements.add(table, each.layer, each.kernel, cost)


def measured_for_a_part() -> Measurements:
    """Without waiting the last kernel is the best one, on the part the second one, and all take
    longer there than any that was not measured there."""
    measurements = Measurements()
    add(measurements, CORE, CANDIDATES)
    for index, kernel in enumerate(KERNELS[:3]):
        cost = Measurement(9, 100, 20_000 if index == 1 else 30_000, 1000)
        measurements.add(part_table(CORE, "stm32f411"), CONVOLUTION, kernel, cost)
    return measurements


def chosen(measurements: Measurements, target: Target) -> dict[str, str]:
    preferences = Preferences(measurements=measurements)
    selection = generate(GRAPH, target, preferences=preferences).selection
    return {name: kernel.name for name, kernel in selection.items()}


def test_what_was_measured_for_a_part_decides_there_alone() -> None:
    measurements = measured_for_a_part()
    assert chosen(measurements, F411)["conv"] == KERNELS[1]
    for other in (M4, find_target("stm32l4r5")):
        assert chosen(measurements, other)["conv"] == KERNELS[-1]
    maximum = next(each.kernel for each in reversed(CANDIDATES) if each.layer == MAXIMUM)
    assert chosen(measurements, F411)["maximum"] == maximum
    assert generate(
        GRAPH, F411, preferences=Preferences(measurements=measurements)
    ).estimated_cycles == 20_000 + (9_000 - 100 * (len(CANDIDATES) - 1))


def test_what_a_board_counted_comes_before_a_part() -> None:
    measurements = measured_for_a_part()
    measurements.add(
        board_table("cortex-m4"), CONVOLUTION, KERNELS[0], Measurement(9, 100, 40_000, 1000)
    )
    assert chosen(measurements, F411)["conv"] == KERNELS[0]


def test_other_layers_keep_their_order_and_get_their_share_of_the_waiting() -> None:
    """Rows of a layer must not look cheaper than the whole layer because they were not measured
    there; and what waits little on one layer is not preferred on another one."""
    here, measured, estimated = fully_connected(8), fully_connected(9), fully_connected(10)
    first, second = ops.definition("linear").kernels[:2]
    table = {
        layer.signature.text: {
            first.name: Measurement(800, 900, 2000, 100),
            second.name: Measurement(800, 900, 1000, 100),
        }
        for layer in (here, measured)
    }
    on_part = {
        here.signature.text: {
            first.name: Measurement(800, 900, 2600, 100),
            second.name: Measurement(800, 900, 3000, 100),
        }
    }
    model, without = CostModel(table, on_part=on_part), CostModel(table)
    assert order_kernels(here, [first, second], model, "speed")[-1] is first
    for layer in (measured, estimated):
        assert order_kernels(layer, [first, second], model, "speed")[-1] is second
        for kernel in (first, second):
            cost, plain = model.cost(layer, kernel), without.cost(layer, kernel)
            assert cost is not None
            assert plain is not None
            assert cost == replace(plain, cycles=round((plain.cycles or 0) * 1.3))


def test_a_call_waits_for_all_of_its_constants_at_least() -> None:
    here, other = fully_connected(8), fully_connected(9)
    kernel = ops.definition("linear").kernels[0]
    table, on_part = (
        {layer.signature.text: {kernel.name: Measurement(800, 900, cycles, 100)}}
        for layer, cycles in ((other, 1000), (here, 2600))
    )
    constants = CostModel({}).constant_bytes(other, kernel)
    for fetch_cycles, waiting in ((0, 0), (2.5, 2.5 * constants)):
        cost = CostModel(table, (), on_part, fetch_cycles).cost(other, kernel)
        assert cost is not None
        assert cost.cycles == 1000 + waiting


def test_lines_in_order_come_in_time_only_where_the_next_one_is_prefetched() -> None:
    misses = Misses(code=10, in_order=4, constants=20)
    assert waiting_cycles(PARTS["stm32f411"], misses) == (3 * 26, 4 * 30)
    assert waiting_cycles(PARTS["rp2040"], misses) == (40 * 30, 56 * 30)
    assert waiting_cycles(PARTS["apollo4"], misses) is None
