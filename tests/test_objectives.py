"""What is chosen for speed, for a balance and for size, over all layers together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from drawn_networks import Q, add_case_node
from hypothesis import given
from hypothesis import strategies as st
from measured_layers import M4
from small_graphs import Builder

from torch_cortex_m import ops
from torch_cortex_m.build import KernelLibrary
from torch_cortex_m.generate import Preferences, best_choice, generate
from torch_cortex_m.generate.flash_budget import flash_bytes, smaller_choices
from torch_cortex_m.generate.objective import MOST_TIME
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.measured.measurements import Measurement, Measurements
from torch_cortex_m.ops.base import Kernel
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.report.curves import flash_points
from torch_cortex_m.select import layer_of
from torch_cortex_m.select.choice import Choice
from torch_cortex_m.select.cost import packed_bytes

KERNELS = {kernel.name: kernel for kernel in ops.definition("conv2d").kernels}
REF, SCALAR, DSP = (
    KERNELS[f"conv2d_s8__{name}"] for name in ("ref", "columns_scalar", "columns_dsp")
)
LIBRARY = KERNELS["conv2d_s8__cmsis_nn"]

Costs = dict[Kernel, tuple[int, int]]
"""Cycles, and bytes of code."""


def network(layers: int) -> Graph:
    """Convolutions of different widths."""
    build = Builder()
    value = build.input(1, 6, 6, 8)
    for index in range(layers):
        value = build.conv(value, 8 + 4 * index)
    build.output(value)
    return build.graph


def chosen(
    graph: Graph, costs: Sequence[Costs], objective: str, library: KernelLibrary | None = None
) -> Choice:
    """``costs``: of each layer."""
    table: dict[str, dict[str, Measurement]] = {}
    for node, kernels in zip(graph.nodes, costs, strict=True):
        layer = layer_of(graph, node)
        table[layer.signature.text] = {
            kernel.name: Measurement(1000, cycles, cycles, code + packed_bytes(layer, kernel))
            for kernel, (cycles, code) in kernels.items()
        }
    measurements = Measurements({"cortex-m4 gcc-12.2": table})
    preferences = Preferences(objective, measurements=measurements)
    return best_choice(graph, M4, library=library, preferences=preferences)


def kernels(choice: Choice) -> list[Kernel]:
    return list(choice.selection.values())


def test_a_few_percent_of_the_time_go_for_much_flash() -> None:
    costs: list[Costs] = [{DSP: (10_000, 9000), SCALAR: (10_400, 2000), REF: (30_000, 1000)}]
    graph = network(1)
    assert kernels(chosen(graph, costs, "speed")) == [DSP]
    assert kernels(chosen(graph, costs, "balanced")) == [SCALAR]


def test_a_layer_that_takes_little_of_the_time_gives_all_of_it() -> None:
    """On its own it were four times as slow for half of the flash."""
    costs: list[Costs] = [
        {DSP: (1_000_000, 9000), REF: (4_000_000, 4000)},
        {DSP: (1_000, 9000), REF: (4_000, 4000)},
    ]
    assert kernels(chosen(network(2), costs, "balanced")) == [DSP, REF]


def test_the_smallest_is_not_absurd() -> None:
    """The last bytes would cost ten times the time."""
    costs: list[Costs] = [{DSP: (10_000, 4000), SCALAR: (15_000, 3900), REF: (150_000, 3800)}]
    assert kernels(chosen(network(1), costs, "balanced")) == [DSP]
    assert kernels(chosen(network(1), costs, "size")) == [SCALAR]


def test_a_kernel_of_which_nothing_is_known_stays() -> None:
    build = Builder()
    value = build.conv(build.input(1, 6, 6, 8), 8)
    build.output(build.node("mul", value, value, multiplier=1 << 30, shift=-4))
    costs: list[Costs] = [{DSP: (10_000, 9000), SCALAR: (10_400, 2000)}, {}]
    products = next(k for k in ops.definition("mul").kernels if k.name == "mul_s8__words_dsp")
    assert kernels(chosen(build.graph, costs, "balanced")) == [SCALAR, products]


def test_a_preferred_library_stays() -> None:
    costs: list[Costs] = [{LIBRARY: (10_000, 9000), SCALAR: (10_400, 2000)}]
    library = KernelLibrary((), Path("libcmsis-nn.a"), frozenset(LIBRARY.symbols))
    for objective in ("speed", "balanced", "size"):
        assert kernels(chosen(network(1), costs, objective, library)) == [LIBRARY]


@pytest.mark.parametrize("objective", ["balanced", "size"])
def test_a_budget_of_ram_follows_the_objective(objective: str) -> None:
    """Not the fastest kernels, whose weights take 3.6 times the flash here."""
    graph = Graph("wide")
    value = graph.add_input("x", TensorType((1, 16, 16, 32), "int8", Q))
    for index in range(3):
        case = conv2d_case(f"conv{index}", (1, 16, 16, 32), 32, padding=(1, 1, 1, 1))
        value = add_case_node(graph, case, value)
    graph.outputs.append(Port(value, graph.types[value].shape))

    def constants(objective: str, ram: int | None = None) -> tuple[int, int]:
        found = generate(graph, M4, preferences=Preferences(objective, ram_bytes=ram))
        return found.program.constant_bytes, found.plan.arena_bytes

    fast, _ = constants("speed")
    free, arena = constants(objective)
    bound, _ = constants(objective, arena - 1)
    assert bound <= free * 1.1 < fast / 2


def test_the_curve_of_flash_goes_down_to_the_smallest() -> None:
    costs: list[Costs] = [
        {DSP: (10_000, 9000), SCALAR: (10_400, 2000), REF: (30_000, 1990)} for _ in range(3)
    ]
    choice = chosen(network(3), costs, "speed")
    *_, (least, _) = smaller_choices(choice)
    points = flash_points(choice)
    assert points[0] == {"bytes": flash_bytes(choice), "cycles": choice.total_time}
    assert points[-1]["bytes"] == least < points[-2]["bytes"]


@given(st.data())
def test_objectives_are_in_order(data: st.DataObject) -> None:
    graph = network(data.draw(st.integers(1, 5)))
    drawn = st.tuples(st.integers(1, 100_000), st.integers(0, 20_000))
    costs = [{each: data.draw(drawn) for each in (REF, SCALAR, DSP)} for _ in graph.nodes]
    fast, even, small = (chosen(graph, costs, name) for name in ("speed", "balanced", "size"))
    assert flash_bytes(fast) >= flash_bytes(even) >= flash_bytes(small)
    assert small.total_time <= MOST_TIME * even.total_time
    products = [each.total_time * math.sqrt(flash_bytes(each)) for each in (fast, even, small)]
    assert min(products) == products[1]
