"""Layers in strips give the same bytes, and take less memory than rows alone."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from conftest import needs_emulator
from drawn_networks import DrawnNetwork, Q, add_case_node, drawn_strips

from torch_cortex_m import ops
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import LEAST, Preferences, best_choice, generate
from torch_cortex_m.generate.curve import curve_point
from torch_cortex_m.generate.flash_budget import Flash
from torch_cortex_m.generate.generate import cost_model
from torch_cortex_m.generate.searches import Searches
from torch_cortex_m.ir import Graph, Port, TensorType, format_graph
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.model.verify import reference_values
from torch_cortex_m.ops.add.cases import case as add_case
from torch_cortex_m.ops.conv2d.cases import SAME
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise_case
from torch_cortex_m.ops.resize_bilinear.cases import case as resized_case
from torch_cortex_m.schedule import (
    MOST_ROWS,
    RowRules,
    cut,
    largest_bytes,
    rows_in_pieces,
    total_cycles,
)
from torch_cortex_m.target import CORES

M4 = CORES["cortex-m4"]
IMAGE, WIDE = (1, 20, 18, 3), (1, 20, 18, 16)


def a_graph(shape: tuple[int, ...] = IMAGE) -> Graph:
    graph = Graph("model")
    graph.add_input("image", TensorType(shape, "int8", Q))
    return graph


def with_output(graph: Graph, *values: str) -> Graph:
    graph.outputs += [Port(value, graph.types[value].shape) for value in values]
    return graph


def wide_network() -> Graph:
    """Its image is 18 columns wide, what leaves it is 9; the sum needs fewer columns of its first
    argument than the convolution between them."""
    graph = a_graph()
    first = add_case_node(graph, conv2d_case("first", IMAGE, 16, padding=SAME), "image")
    middle = add_case_node(graph, depthwise_case("middle", WIDE, padding=SAME), first)
    total = add_case_node(graph, add_case("sum", WIDE), first, middle)
    fields = {"padding": SAME, "stride": (2, 2)}
    end = add_case_node(graph, conv2d_case("end", WIDE, 4, **fields), total)
    return with_output(graph, end)


def small_budget(ram: int | str, io: str = "caller") -> CompiledModel:
    preferences = Preferences(ram_bytes=ram, io=io)
    return CompiledModel(generate(wide_network(), M4, preferences=preferences))


@pytest.fixture(scope="module")
def least() -> CompiledModel:
    return small_budget(LEAST)


@pytest.mark.parametrize("seed", range(4))
def test_strips_compute_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    compared = 0
    for _ in range(25):
        graph = DrawnNetwork(rng, int(rng.integers(1, 9))).graph
        strips = drawn_strips(rng, graph)
        if strips is None:
            continue
        print(f"seed {seed}\n{format_graph(graph)}\n{format_graph(strips.graph)}")
        image = rng.integers(-128, 128, graph.types["x"].shape).astype(np.int8)
        (expected,), (found,) = (reference_values(g, [[image]]) for g in (graph, strips.graph))
        common = expected.keys() & found.keys() - graph.constants.keys()
        assert {port.value for port in graph.outputs} <= common
        for name in common:
            assert np.array_equal(found[name], expected[name]), name
        assert len(strips.begins) == len(set(strips.begins)) >= 2
        compared += 1
    assert compared > 8


@needs_emulator
def test_strips_keep_what_rows_alone_do_not(least: CompiledModel) -> None:
    """Rows that are pushed come once, so that they are in no strips: what they take is what rows
    alone do, beside a window of the image."""
    by_rows = small_budget(LEAST, "rows")
    assert least.report.arena_bytes < 0.8 * by_rows.report.arena_bytes
    assert any(".strip" in node.name for node in least.graph.nodes)
    assert not any(".strip" in node.name for node in by_rows.graph.nodes)
    least.verify()
    with pytest.raises(TcmError, match=f"{by_rows.report.arena_bytes} bytes, the least"):
        small_budget(least.report.arena_bytes, "rows")


def test_a_layer_in_strips_counts_once(least: CompiledModel) -> None:
    """And strips, which have functions of their own, take more flash."""
    graph, model = wide_network(), cost_model(M4, Preferences())
    whole, strips = (curve_point(g, graph, model) for g in (generate(graph, M4), least.generated))
    assert (whole.by_rows, strips.by_rows) == (0, len(graph.nodes))
    assert strips.flash_bytes > whole.flash_bytes
    assert strips.arena_bytes == least.report.arena_bytes


def test_columns_that_cannot_be_taken_one_by_one() -> None:
    graph = a_graph()
    wide = add_case_node(graph, conv2d_case("wide", IMAGE, 4, padding=SAME), "image")
    pool = ops.operator("avg_pool2d", adaptive_output=(20, 7))
    pooled = graph.add_node(pool, (wide,), "pooled", quantization=Q)
    flat: Any = ops.operator("reshape", shape=(20 * 7, 4))
    flattened = graph.add_node(flat, (pooled,), "flat", quantization=Q)
    with_output(graph, flattened, wide)
    assert cut(graph, [wide], 2) is not None
    assert cut(graph, [wide], 19) is None, "there are 18 columns"
    assert cut(graph, [wide, pooled], 2) is None, "two values are needed elsewhere"
    assert cut(graph, [pooled], 2) is None, "windows are not alike"
    assert cut(graph, [wide, pooled, flattened], 2) is None, "it has no columns"


@pytest.mark.parametrize("shape", [(1, 1, 12, 3), (6, 5), (2, 1, 1, 4)])
def test_values_without_columns(shape: tuple[int, ...]) -> None:
    """In a 1-D network time is the row, and channels are no columns."""
    graph = a_graph(shape)
    total = add_case_node(graph, add_case("sum", shape), "image", "image")
    assert cut(with_output(graph, total), [total], 2) is None


def test_one_column_is_needed_by_every_strip() -> None:
    """Though what reads it, and its padding, has some."""
    graph = a_graph((1, 8, 1, 3))
    case = conv2d_case("padded", (1, 8, 1, 3), 4, (3, 3), padding=(1, 2, 1, 2))
    padded = add_case_node(graph, case, "image")
    assert graph.types[padded].shape == (1, 8, 3, 4)
    assert cut(with_output(graph, padded), [padded], 2) is None


def test_the_multiplications_of_columns_that_two_strips_need() -> None:
    """Each of two strips of the last layer needs a column of the first one beside its own."""
    graph = a_graph()
    first = add_case_node(graph, conv2d_case("first", IMAGE, 16, (1, 1)), "image")
    last = add_case_node(graph, depthwise_case("last", WIDE, padding=SAME), first)
    with_output(graph, last)
    for names, more in (([last], 0), ([first, last], 2 * 20 * 16 * 3)):
        found = cut(graph, names, 2)
        assert found is not None
        assert found.more_macs == more


def check_strips(graph: Graph, names: list[str], count: int) -> Graph:
    """There are so many, and they compute the same; the graph with them."""
    found_cut = cut(graph, names, count)
    assert found_cut is not None
    strips = found_cut.graph_in_strips()
    rng = np.random.default_rng(1)
    image = rng.integers(-128, 128, graph.types["image"].shape).astype(np.int8)
    (expected,), (found,) = (reference_values(g, [[image]]) for g in (graph, strips.graph))
    for port in graph.outputs:
        assert np.array_equal(found[port.value], expected[port.value]), port.value
    begins = [strips.graph.producer(name) for name in strips.begins]
    assert len(set(begins)) == count
    assert set(begins) <= set(strips.graph.computing_nodes())
    return strips.graph


@pytest.mark.parametrize("shape", [(1, 20, 18, 3), (1, 1, 18, 1), (1, 20, 1, 3), (3,)])
def test_constants_are_cut_when_compiling(shape: tuple[int, ...]) -> None:
    """Those that are alike in all columns stay as they are."""
    graph = a_graph()
    case = add_case("sum", IMAGE, shape)
    data = np.random.default_rng(2).integers(-128, 128, shape).astype(np.int8)
    other = graph.add_constant("other", data)
    graph.types[other] = TensorType(shape, "int8", Q)
    total = graph.add_node(case.op, ("image", other), "total", quantization=Q)
    found = check_strips(with_output(graph, total), [total], 3)
    taken = [node for node in found.nodes if node.op.name == "slice"]
    assert [node.inputs for node in taken] == [("image",)] * 3


def test_a_value_that_is_alike_in_all_columns() -> None:
    """It may come from elsewhere, but from no strip."""
    graph = a_graph()
    mean = graph.add_node(
        ops.operator("avg_pool2d", kernel=(20, 18)), ("image",), "mean", quantization=Q
    )
    total = graph.add_node(
        add_case("sum", IMAGE, (1, 1, 1, 3)).op, ("image", mean), "total", quantization=Q
    )
    check_strips(with_output(graph, total), [total], 2)
    assert cut(graph, [mean, total], 2) is None


def test_what_is_computed_from_constants_only_has_no_strips() -> None:
    graph = a_graph()
    image = graph.add_constant("constant", np.ones(IMAGE, np.int8))
    graph.types[image] = graph.types["image"]
    first = add_case_node(graph, conv2d_case("first", IMAGE, 3, padding=SAME), image)
    total = add_case_node(graph, add_case("sum", IMAGE), "image", first)
    check_strips(with_output(graph, total), [total], 2)
    assert cut(graph, [first, total], 2) is None


@pytest.mark.parametrize("count", [2, 3, 4])
def test_strips_are_cut_between_periods(count: int) -> None:
    """Twice as wide, by nearest neighbours: 36 columns, two of which come from one."""
    graph = a_graph()
    indices = graph.add_constant("indices", np.repeat(np.arange(18, dtype=np.int32), 2))
    wide = graph.add_node(
        ops.operator("gather", axis=2), ("image", indices), "wide", quantization=Q
    )
    end = add_case_node(graph, conv2d_case("end", (1, 20, 36, 3), 2, padding=SAME), wide)
    check_strips(with_output(graph, wide, end), [wide], count)
    del graph.outputs[0]
    check_strips(graph, [wide, end], count)


@pytest.mark.parametrize("count", [2, 3])
def test_strips_of_what_differs_at_the_border(count: int) -> None:
    """An average of what lies within the image, and twice as many columns by interpolation."""
    graph = a_graph()
    pool = ops.operator("avg_pool2d", kernel=(3, 3), padding=(1, 1, 1, 1))
    pooled = graph.add_node(pool, ("image",), "pooled", quantization=Q)
    wide = graph.add_node(resized_case("", IMAGE, (40, 36)).op, (pooled,), "wide", quantization=Q)
    end = add_case_node(graph, conv2d_case("end", (1, 40, 36, 3), 2, padding=SAME), wide)
    strips = check_strips(with_output(graph, end), [pooled, wide, end], count)
    rules = RowRules(rows_in_pieces(strips))
    assert all(rules.rule(node.name) is not None for node in rules.graph.computing_nodes())


def test_strips_of_values_behind_a_view() -> None:
    """The columns of a value of height 1 lie together, so that some of them are no copy."""
    graph = a_graph((1, 1, 30, 2))
    case = conv2d_case("end", (1, 1, 30, 2), 2, (2, 3), padding=(1, 1, 1, 1))
    end = add_case_node(graph, case, "image")
    check_strips(with_output(graph, end), [end], 2)


def test_a_budget_of_flash_may_forbid_strips(least: CompiledModel) -> None:
    """They have functions of their own; what keeps both budgets without them is found."""
    preferences = Preferences(flash_bytes=12_000, ram_bytes=LEAST)
    found = generate(wide_network(), M4, preferences=preferences)
    assert not any(".strip" in node.name for node in found.graph.nodes)
    assert found.plan.arena_bytes > least.report.arena_bytes


def test_a_budget_of_flash_counts_the_code_of_rows() -> None:
    preferences = Preferences(flash_bytes=12_000, ram_bytes=LEAST)
    found = generate(wide_network(), M4, preferences=preferences)
    layers = Flash(found.layers, cost_model(M4, preferences)).bytes(found.selection)
    assert found.plan.regions
    with pytest.raises(TcmError, match="for computing a few rows at a time"):
        generate(wide_network(), M4, preferences=replace(preferences, flash_bytes=layers + 1000))


def test_strips_of_layers_behind_others_that_fit() -> None:
    """Nodes before the first one that does not keep the limit end no strips that begin there."""
    shape = (1, 24, 24, 3)
    graph = a_graph(shape)
    value = add_case_node(graph, conv2d_case("one", shape, 3, padding=SAME), "image")
    value = add_case_node(graph, conv2d_case("two", shape, 3, padding=SAME), value)
    value = add_case_node(graph, conv2d_case("wide", shape, 16, padding=SAME), value)
    fields = {"padding": SAME, "stride": (2, 2)}
    value = add_case_node(graph, conv2d_case("end", (1, 24, 24, 16), 3, **fields), value)
    searches = Searches(M4, ports_in_arena=False, pushed=None, objective="speed")
    (search,) = searches.by_rows(best_choice(with_output(graph, value), M4), MOST_ROWS)
    limit = 3600
    assert search.within(limit) is not None
    strips = searches.by_strips(search)
    found = strips.within(limit, 2, inf)
    for own, steps in found:
        assert largest_bytes(steps) <= limit
        assert any(".strip" in node.name for node in own.candidates.choice.graph.nodes)
    least = min(total_cycles(steps) for _, steps in found)
    assert strips.within(limit, 2, least + 1), "they take less than that"
    assert not strips.within(limit, 2, least / 2)


def test_strips_of_layers_without_multiplications() -> None:
    graph, value = a_graph(), "image"
    for stride in (1, 1, 2):
        pool = ops.operator(
            "max_pool2d", kernel=(3, 3), padding=(1, 1, 1, 1), stride=(stride, stride)
        )
        value = graph.add_node(pool, (value,), "pool", quantization=Q)
    searches = Searches(M4, ports_in_arena=False, pushed=None, objective="speed")
    (search,) = searches.by_rows(best_choice(with_output(graph, value), M4), MOST_ROWS)
    found = searches.by_strips(search).within(800, 2, inf)
    assert found
    assert all(largest_bytes(steps) <= 800 for _, steps in found)
