"""remove_duplicates: equal constants and equal nodes."""

from __future__ import annotations

from graph_builder import GraphBuilder, check_same, names

from torch_cortex_m.ir import Quantization, TensorType
from torch_cortex_m.passes.remove_duplicates import remove_duplicates


def test_equal_nodes_merge_in_chains() -> None:
    build = GraphBuilder()
    x = build.input(1, 3, 4)
    chains = [build.relu(build.transpose(x, 0, 2, 1)) for _ in range(2)]
    build.output(build.add(*chains))
    graph = remove_duplicates(build.graph)
    assert names(graph)[1:-1] == ["transpose", "requantize", "add"]
    assert len(set(graph.nodes[-2].inputs)) == 1
    check_same(build.graph, graph)


def test_other_fields_inputs_or_quantization_stay() -> None:
    build = GraphBuilder()
    x = build.input(1, 4)
    values = [build.relu(x), build.relu(x, 100), build.requantize(x, 5), build.requantize(x, 6)]
    for value in values:
        build.output(value)
    assert names(remove_duplicates(build.graph)).count("requantize") == 4


def test_same_values_in_two_scales_stay() -> None:
    build = GraphBuilder()
    x = build.input(1, 4)
    for value in [build.relu(x), build.relu(x)]:
        build.output(value)
    build.graph.types["requantize_2"] = TensorType((1, 4), "int8", Quantization(0.1, 3))
    assert names(remove_duplicates(build.graph)).count("requantize") == 2


def test_equal_constants_merge() -> None:
    build = GraphBuilder()
    x, first, second = build.input(1, 4), build.constant(4), build.constant(4)
    build.graph.constants[second] = build.graph.constants[first].copy()
    build.output(build.add(build.add(x, first), second))
    graph = remove_duplicates(build.graph)
    assert list(graph.constants) == [first]
    check_same(build.graph, graph)


def test_constants_of_other_shape_or_zero_point_stay() -> None:
    build = GraphBuilder()
    x, first = build.input(1, 4), build.constant(4)
    second, third = build.constant(1, 4), build.constant(4, zero_point=6)
    data = build.graph.constants[first]
    build.graph.constants |= {second: data.reshape(1, 4), third: data}
    build.output(build.add(build.add(build.add(x, first), second), third))
    assert len(remove_duplicates(build.graph).constants) == 3
