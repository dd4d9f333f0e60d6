"""fold_transpose_into_linear: the weights' columns take the order of the features."""

from __future__ import annotations

import numpy as np
from graph_builder import GraphBuilder, check_same, names

from torch_cortex_m.ir import Graph
from torch_cortex_m.passes.fold_transpose_into_linear import fold_transpose_into_linear
from torch_cortex_m.passes.rewrite import first_input


def folded(build: GraphBuilder, value: str) -> Graph:
    """The pass on the graph with this output, after the check that it computes the same."""
    build.output(value)
    graph = fold_transpose_into_linear(build.graph)
    check_same(build.graph, graph)
    return graph


def test_columns_are_permuted() -> None:
    build = GraphBuilder()
    x = build.flatten(build.to_nchw(build.input(2, 3, 4, 5)))
    graph = folded(build, build.linear(x, 6))
    assert names(graph) == ["quantize", "linear", "dequantize"]
    old, new = build.graph.constants["weight"], graph.constants["weight"]
    expected = old.reshape(6, 5, 3, 4).transpose(0, 2, 3, 1).reshape(6, 60)
    np.testing.assert_array_equal(new, expected)


def test_transposes_one_behind_the_other_are_all_folded() -> None:
    build = GraphBuilder()
    x = build.transpose(build.to_nchw(build.input(2, 3, 4, 5)), 0, 3, 1, 2)
    graph = folded(build, build.linear(build.flatten(x), 6))
    assert names(graph) == ["quantize", "linear", "dequantize"]


def test_leading_dimensions_stay() -> None:
    build = GraphBuilder()
    x = build.transpose(build.input(2, 3, 4, 5), 0, 1, 3, 2)
    graph = folded(build, build.linear(build.reshape(x, 2, 3, 20), 6))
    assert "transpose" not in names(graph)


def test_leading_dimensions_that_move_are_not_folded() -> None:
    build = GraphBuilder()
    x = build.transpose(build.input(2, 3, 4, 5), 1, 0, 3, 2)
    assert "transpose" in names(folded(build, build.linear(build.reshape(x, 3, 2, 20), 6)))


def test_features_that_mix_with_leading_dimensions_are_not_folded() -> None:
    build = GraphBuilder()
    x = build.transpose(build.input(2, 3, 4), 0, 2, 1)
    assert "transpose" in names(folded(build, build.linear(build.reshape(x, 4, 6), 6)))


def test_every_user_has_its_own_weights() -> None:
    build = GraphBuilder()
    x = build.flatten(build.to_nchw(build.input(2, 3, 4, 5)))
    graph = folded(build, build.add(build.linear(x, 6), build.linear(x, 6)))
    assert "transpose" not in names(graph)


def test_shared_weight_is_kept_for_the_other_user() -> None:
    build = GraphBuilder()
    x = build.input(2, 3, 4, 5)
    y = build.linear(build.flatten(build.to_nchw(x)), 6)
    other = build.graph.nodes[-1]
    z = build.node(other.op, build.flatten(x), *other.inputs[1:], zero_point=-7)
    graph = folded(build, build.add(y, z))
    assert "transpose" not in names(graph)
    np.testing.assert_array_equal(graph.constants["weight"], build.graph.constants["weight"])


def test_transposed_value_with_another_user() -> None:
    build = GraphBuilder()
    x = build.to_nchw(build.input(2, 3, 4, 5))
    build.output(x)
    graph = folded(build, build.linear(build.flatten(x), 6))
    linear = next(node for node in graph.nodes if node.op.name == "linear")
    reshape = graph.producer(first_input(linear))
    assert reshape is not None
    assert reshape.inputs == ("x_quantized",)
