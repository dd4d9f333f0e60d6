"""hoist_requantize and fuse_activation: clamps end up where they cost nothing."""

from __future__ import annotations

import numpy as np
import pytest
from graph_builder import GraphBuilder, check_same, names, node
from hypothesis import given
from hypothesis import strategies as st

from torch_cortex_m.ir import Graph, Quantization
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.passes.fuse_activation import fuse_activation
from torch_cortex_m.passes.hoist_requantize import hoist_requantize

int8 = st.integers(-128, 127)
ranges = st.tuples(int8, int8).map(sorted)


def clamp(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


def fused(build: GraphBuilder, value: str) -> Graph:
    """Both passes on the graph with this output, after the check that it computes the same."""
    build.output(value)
    graph = fuse_activation(hoist_requantize(build.graph))
    check_same(build.graph, graph)
    return graph


def activation(graph: Graph, name: str) -> tuple[int, int]:
    op = node(graph, name).op
    return op.activation_min, op.activation_max


@given(ranges, ranges)
def test_two_clamps_are_one(first: list[int], second: list[int]) -> None:
    both = Requantize(activation_min=first[0], activation_max=first[1]).clamped(*second)
    assert both is not None
    for value in range(-128, 128):
        expected = clamp(clamp(value, *first), *second)
        assert clamp(value, both.activation_min, both.activation_max) == expected


def test_clamp_through_movement() -> None:
    build = GraphBuilder()
    x = build.flatten(build.pad_image(build.conv(build.input(1, 3, 5, 5), 4), 1))
    graph = fused(build, build.clamp(x, -7, 30))
    assert "requantize" not in names(graph)
    assert activation(graph, "conv2d") == (-7, 30)
    assert node(graph, "pad").op.value == -7


def test_a_clamp_keeps_what_its_numbers_mean() -> None:
    """The moved clamp and what it becomes a part of have its scale and zero point, which the output
    reports."""
    build = GraphBuilder()
    x = build.flatten(build.conv(build.input(1, 3, 5, 5), 4))
    x = build.node(Requantize(activation_min=-7, activation_max=30), x, zero_point=5)
    expected = build.graph.types[x].quantization
    build.output(x)
    hoisted = hoist_requantize(build.graph)
    assert hoisted.types[node(hoisted, "requantize").output].quantization == expected
    graph = fuse_activation(hoisted)
    check_same(build.graph, graph)
    assert "requantize" not in names(graph)
    assert graph.types[node(graph, "conv2d").output].quantization == expected


def test_what_is_hoisted_is_called_as_what_it_was() -> None:
    """Not as what it is before now: the layer is the function's."""
    build = GraphBuilder()
    moved = build.to_nchw(build.input(1, 5, 5, 3))
    clamped = build.clamp(moved, -7, 30)
    build.output(clamped)
    hoisted = node(hoist_requantize(build.graph), "requantize").output
    assert hoisted == f"{clamped}_2"


def test_clamp_changes_the_value_of_a_pad() -> None:
    build = GraphBuilder()
    x = build.pad_image(build.conv(build.input(1, 3, 5, 5), 4), 1, value=-100)
    assert node(fused(build, build.clamp(x, -7, 30)), "pad").op.value == -7


def test_requantization_passes_transposes_but_not_pads() -> None:
    build = GraphBuilder()
    x = build.requantize(build.conv(build.input(1, 3, 5, 5), 4))
    x = build.requantize(build.pad_image(x, 1))
    assert names(fused(build, x))[1:-1] == [
        "transpose",
        "conv2d",
        "requantize",
        "transpose",
        "pad",
        "requantize",
    ]


@pytest.mark.parametrize("ranges", [(-20, 20, 0, 30), (-20, -10, 0, 30), (40, 50, 0, 30)])
def test_ranges_that_meet_and_that_do_not(ranges: tuple[int, ...]) -> None:
    build = GraphBuilder()
    x = build.add(build.input(1, 9), build.input(1, 9))
    graph = fused(build, build.clamp(build.clamp(x, *ranges[:2]), *ranges[2:]))
    assert names(graph) == ["quantize", "quantize", "add", "dequantize"]
    expected = (clamp(ranges[0], *ranges[2:]), clamp(ranges[1], *ranges[2:]))
    assert activation(graph, "add") == expected


def test_all_operators_with_an_activation() -> None:
    build = GraphBuilder()
    x = build.relu(build.depthwise(build.relu(build.conv(build.input(1, 3, 8, 8), 4))))
    x = build.relu(build.max_pool(build.clamp(build.avg_pool(x), -20, 20)))
    x = build.clamp(build.requantize(build.relu(build.linear(build.flatten(x), 3))), 0, 20)
    graph = fused(build, x)
    assert names(graph).count("requantize") == 1
    assert activation(graph, "requantize") == (0, 20)
    assert activation(graph, "linear") == (-7, 127)
    assert activation(graph, "avg_pool2d") == (-20, 20)


def test_value_with_another_user_is_not_clamped() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 5, 5), 4)
    graph = fused(build, build.add(x, build.relu(x)))
    assert activation(graph, "conv2d") == (-128, 127)
    assert names(graph).count("requantize") == 1


def test_moved_value_with_another_user_stays() -> None:
    build = GraphBuilder()
    x = build.transpose(build.input(1, 3, 4), 0, 2, 1)
    graph = fused(build, build.add(x, build.relu(x)))
    assert names(graph)[1:-1] == ["transpose", "requantize", "add"]


def test_other_zero_point_is_more_than_a_clamp() -> None:
    build = GraphBuilder()
    x = build.linear(build.input(1, 3), 4)
    x = build.node(Requantize(input_offset=7, output_offset=5, activation_max=9), x, zero_point=5)
    assert names(fused(build, x))[1:-1] == ["linear", "requantize"]


def test_output_of_the_graph_is_not_clamped() -> None:
    build = GraphBuilder()
    x = build.linear(build.input(1, 3), 4)
    build.output(x)
    graph = fused(build, build.relu(x))
    assert activation(graph, "linear") == (-128, 127)


def test_what_the_next_call_reads_is_not_clamped() -> None:
    build = GraphBuilder()
    state = build.graph.add_state("state", np.zeros((1, 4), np.int8), Quantization(0.05, 0))
    x = build.linear(build.input(1, 3), 4)
    build.graph.set_update(state, x)
    build.output(build.linear(state, 2))
    build.output(build.relu(x))
    graph = fuse_activation(build.graph)
    linear = graph.producer(graph.states[state].update).op
    assert (linear.activation_min, linear.activation_max) == (-128, 127)


def test_softmax_and_inputs_keep_their_clamp() -> None:
    build = GraphBuilder()
    graph = fused(build, build.clamp(build.softmax(build.relu(build.input(1, 9))), -100, 100))
    assert names(graph).count("requantize") == 2
