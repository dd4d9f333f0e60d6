"""strip_float_edges: int8 at the edges, with the scales that users need."""

from __future__ import annotations

import numpy as np
from graph_builder import GraphBuilder, check_same, interpret, names

from torch_cortex_m.ir import Port, Quantization, TensorType, format_graph
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.passes.strip_float_edges import strip_float_edges


def test_input_and_output_become_int8() -> None:
    build = GraphBuilder()
    build.output(build.requantize(build.input(1, 4), zero_point=11))
    graph = strip_float_edges(build.graph)
    assert format_graph(graph) == (
        "graph test\n"
        "  input    %x : int8[1, 4] scale=0.05 zero_point=3\n"
        "  %requantize = requantize(input=%x) {input_offset=-3, output_offset=11, "
        "activation_min=-128, activation_max=127, multiplier=1357908642, shift=0} : "
        "int8[1, 4] scale=0.05 zero_point=11\n"
        "  output   %requantize : int8[1, 4] scale=0.05 zero_point=11\n"
    )
    check_same(build.graph, graph)


def test_input_quantized_twice_alike_becomes_int8() -> None:
    build = GraphBuilder()
    x = build.input(1, 4)
    y = build.node(Quantize(0.05, 3), "x", zero_point=3)
    build.output(build.add(x, y))
    graph = strip_float_edges(build.graph)
    assert names(graph) == ["add"]
    check_same(build.graph, graph)


def test_input_quantized_in_two_ways_stays_float() -> None:
    build = GraphBuilder()
    x = build.input(1, 4)
    y = build.node(Quantize(0.1, 0), "x", zero_point=0)
    build.output(build.add(x, y))
    graph = strip_float_edges(build.graph)
    assert graph.types["x"] == TensorType((1, 4), "float32")
    assert names(graph) == ["quantize", "quantize", "add"]
    check_same(build.graph, graph)


def test_unused_input_stays_float() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.input(1, 4)))
    build.graph.add_input("unused", TensorType((3,), "float32"))
    graph = strip_float_edges(build.graph)
    assert [graph.types[port.value].dtype for port in graph.inputs] == ["int8", "float32"]


def test_value_with_two_outputs() -> None:
    build = GraphBuilder()
    x = build.relu(build.input(1, 4))
    build.output(x)
    build.output(x)
    graph = strip_float_edges(build.graph)
    assert [port.value for port in graph.outputs] == ["requantize", "requantize"]
    check_same(build.graph, graph)


def test_output_that_is_the_input() -> None:
    build = GraphBuilder()
    build.output(build.input(1, 4))
    graph = strip_float_edges(build.graph)
    assert graph.outputs == [Port("x", (1, 4))]
    check_same(build.graph, graph)


def test_output_in_another_scale_than_its_value_stays_float() -> None:
    build = GraphBuilder()
    x = build.relu(build.input(1, 4))
    build.output(x)
    build.graph.types[x] = TensorType((1, 4), "int8", Quantization(0.5, 0))
    graph = strip_float_edges(build.graph)
    assert names(graph) == ["requantize", "dequantize"]


def test_input_that_is_also_an_output_stays_float() -> None:
    build = GraphBuilder()
    build.output(build.relu(build.input(1, 4)))
    build.graph.outputs.append(Port("x", (1, 4)))
    graph = strip_float_edges(build.graph)
    assert [graph.types[port.value].dtype for port in graph.outputs] == ["int8", "float32"]
    check_same(build.graph, graph)


def test_output_that_is_quantized_again_stays_float() -> None:
    build = GraphBuilder()
    first = build.output(build.relu(build.input(1, 4)))
    build.output(build.node(Quantize(0.1, 0), first, zero_point=0))
    graph = strip_float_edges(build.graph)
    assert [graph.types[port.value].dtype for port in graph.outputs] == ["float32", "int8"]


def test_port_says_how_the_input_is_rounded() -> None:
    build = GraphBuilder()
    x = build.graph.add_input("x", TensorType((9,), "float32"))
    y = build.node(Quantize(0.5, 3, ties_away=True), x)
    build.graph.types[y] = TensorType((9,), "int8", Quantization(0.5, 3))
    build.output(y)
    graph = strip_float_edges(build.graph)
    assert graph.inputs == [Port("x", (9,), ties_away=True)]
    halves = {"x": np.arange(9, dtype=np.float32) / 4 - 1}
    (before,), (after,) = interpret(build.graph, halves), interpret(graph, halves)
    np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(before, [-1, -1, -0.5, -0.5, 0, 0.5, 0.5, 1, 1])
