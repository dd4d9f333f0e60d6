"""simplify: identities, neighbours of one kind, axes of size 1, constants."""

from __future__ import annotations

import numpy as np
from graph_builder import GraphBuilder, check_same, names

from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.passes.simplify import simplify


def simplified(build: GraphBuilder, value: str) -> Graph:
    """simplify on the graph with this output, after the check that it computes the same."""
    build.output(value)
    graph = simplify(build.graph)
    check_same(build.graph, graph)
    return graph


def operators(graph: Graph) -> list[str]:
    """All operators between the edges, views too."""
    return [node.op.name for node in graph.nodes[1:-1]]


def test_identities_vanish() -> None:
    build = GraphBuilder()
    x = build.clamp(build.input(2, 3), -128, 127)
    x = build.transpose(build.reshape(x, 2, 3), 0, 1)
    assert operators(simplified(build, build.pad(x, 0, 0, 0, 0))) == []


def test_inverse_transposes_cancel() -> None:
    build = GraphBuilder()
    x = build.to_nhwc(build.to_nchw(build.input(2, 3, 4, 5)))
    assert operators(simplified(build, x)) == []


def test_neighbours_merge() -> None:
    build = GraphBuilder()
    x = build.transpose(build.transpose(build.input(2, 3, 4), 1, 0, 2), 0, 2, 1)
    x = build.reshape(build.reshape(x, 12, 2), 6, 4)
    x = build.pad(build.pad(x, 1, 2, 3, 4, value=5), 4, 3, 2, 1, value=5)
    graph = simplified(build, x)
    assert operators(graph) == ["transpose", "reshape", "pad"]
    transpose, reshape, pad = (node.op for node in graph.nodes[1:-1])
    assert transpose.permutation == (1, 2, 0)
    assert reshape.shape == (6, 4)
    assert pad.padding == (5, 5, 5, 5)


def test_pads_with_other_values_stay() -> None:
    build = GraphBuilder()
    x = build.pad(build.pad(build.input(2), 1, 0, value=5), 1, 0, value=6)
    assert operators(simplified(build, x)) == ["pad", "pad"]


def test_first_of_two_stays_for_its_other_users() -> None:
    build = GraphBuilder()
    x = build.transpose(build.input(2, 3, 4), 1, 0, 2)
    build.output(x)
    assert operators(simplified(build, build.transpose(x, 0, 2, 1))).count("transpose") == 2


def test_transpose_of_axes_of_size_one_is_a_view() -> None:
    build = GraphBuilder()
    graph = simplified(build, build.to_nhwc(build.input(1, 1, 4, 5)))
    assert operators(graph) == ["reshape"]
    assert graph.nodes[1].op.shape == (1, 4, 5, 1)


def test_identity_stays_where_an_output_reports_another_scale() -> None:
    build = GraphBuilder()
    x = build.input(2, 3)
    y = build.clamp(x, -128, 127)
    build.graph.types[y] = TensorType((2, 3), "int8", Quantization(0.1, 3))
    build.graph.outputs = [Port(y, (2, 3)), Port(x, (2, 3))]
    assert names(simplify(build.graph)) == ["quantize", "requantize"]


def test_constants_move_now() -> None:
    build = GraphBuilder()
    constant = build.constant(2, 3)
    data = build.graph.constants[constant]
    y = build.pad(build.reshape(build.transpose(constant, 1, 0), 1, 6), 0, 0, 1, 1, value=9)
    graph = simplified(build, build.add(build.input(1, 8), y))
    assert names(graph) == ["quantize", "add", "dequantize"]
    (moved,) = graph.constants.values()
    np.testing.assert_array_equal(
        moved, np.pad(data.T.reshape(1, 6), ((0, 0), (1, 1)), constant_values=9)
    )
    (name,) = graph.constants
    assert graph.types[name].quantization == Quantization(0.05, -5)


def test_an_output_keeps_its_name_although_another_is_the_same() -> None:
    builder = GraphBuilder()
    first = builder.relu(builder.input(1, 4))
    second = builder.reshape(first, 1, 4)
    builder.graph.outputs = [Port(value, (1, 4)) for value in (first, second)]
    after = simplify(builder.graph)
    assert [port.value for port in after.outputs] == [first, first]
    assert [n.output for n in after.nodes][-1] == first
