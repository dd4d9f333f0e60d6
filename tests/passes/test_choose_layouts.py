"""choose_layouts: transposes that remain, and what ports then say."""

from __future__ import annotations

from itertools import permutations

from graph_builder import NHWC, GraphBuilder, check_same, interpret, names, random_inputs

from torch_cortex_m.ir import Graph, Port
from torch_cortex_m.passes.choose_layouts import choose_layouts
from torch_cortex_m.passes.layouts import Layouts


def chosen(build: GraphBuilder, *values: str) -> Graph:
    """The pass on the graph with these outputs, after the check that it computes the same."""
    for value in values:
        build.output(value)
    graph = choose_layouts(build.graph)
    check_same(build.graph, graph)
    return graph


def transposes(graph: Graph) -> int:
    return names(graph).count("transpose")


def test_ports_take_the_layout_of_windows() -> None:
    build = GraphBuilder()
    graph = chosen(build, build.conv(build.input(1, 3, 5, 6), 4))
    assert graph.inputs == [Port("x", (1, 3, 5, 6), NHWC)]
    assert graph.outputs == [Port("output", (1, 4, 3, 4), NHWC)]
    assert graph.types["x"].shape == (1, 5, 6, 3)
    assert graph.types["output"].dtype == "float32"
    assert transposes(graph) == 0


def test_permutations_of_a_port_add_up() -> None:
    """A port that holds [N, H, C, W]; conv2d takes that for [N, C, H, W]."""
    build = GraphBuilder()
    build.output(build.conv(build.input(1, 5, 3, 6), 4))
    build.graph.inputs = [Port("x", (1, 3, 5, 6), (0, 2, 1, 3))]
    graph = choose_layouts(build.graph)
    assert graph.inputs == [Port("x", (1, 3, 5, 6), (0, 1, 3, 2))]
    inputs = random_inputs(graph)
    for left, right in zip(interpret(build.graph, inputs), interpret(graph, inputs), strict=True):
        assert (left == right).all()


def test_input_that_goes_both_ways_is_transposed_once() -> None:
    build = GraphBuilder()
    x = build.input(1, 3, 5, 6)
    graph = chosen(build, build.flatten(x), build.conv(x, 2))
    assert transposes(graph) == 1


def test_constant_operands_are_permuted_now() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 6, 6), 4)
    for shape in [(4, 4, 4), (4, 1, 1), (1, 4), (1, 4, 1, 4), (), (1, 1, 1, 1)]:
        x = build.add(x, build.constant(*shape))
    x = build.add(build.constant(4, 1, 1), x)
    graph = chosen(build, build.conv(x, 2))
    assert transposes(graph) == 0
    assert all(graph.types[name].dtype != "float32" for name in graph.constants)


def test_constant_that_two_layouts_share() -> None:
    build = GraphBuilder()
    constant = build.constant(3, 5, 6)
    x, y = build.input(1, 3, 5, 6), build.input(1, 3, 5, 6)
    first = build.conv(build.add(x, constant), 2)
    second = build.softmax(build.add(y, constant))
    graph = chosen(build, first, second)
    assert transposes(graph) == 0
    assert graph.inputs[1].permutation is None


def test_operands_in_different_layouts() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 6, 6), 4)
    y = build.to_nchw(build.input(1, 4, 4, 4))
    assert transposes(chosen(build, build.conv(build.add(x, y), 2))) == 0


def test_broadcast_operand_that_must_move_is_transposed_alone() -> None:
    """Of [1, 3, 5, 1] and [1, 3, 5, 6] the small one moves."""
    build = GraphBuilder()
    small = build.softmax(build.input(1, 3, 5, 1))
    x = build.conv(build.input(1, 3, 7, 8), 3)
    graph = chosen(build, build.conv(build.add(x, small), 2))
    assert [graph.types[n.output].elements for n in graph.nodes if n.op.name == "transpose"] == [15]


def test_operand_of_lower_rank() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 6, 6), 4)
    graph = chosen(build, build.conv(build.add(x, build.relu(build.input(4, 4, 4))), 2))
    assert transposes(graph) == 0
    assert graph.inputs[1].permutation == (1, 2, 0)


def test_pads_of_channels_follow() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 6, 6), 4)
    shortcut = build.pad(x, 0, 0, 1, 1, 0, 0, 0, 0)
    y = build.add(build.conv(x, 6, padding=(1, 1, 1, 1)), shortcut)
    graph = chosen(build, build.conv(y, 2))
    assert transposes(graph) == 0
    assert next(n for n in graph.nodes if n.op.name == "pad").op.padding == (0,) * 6 + (1, 1)


def test_one_output_flattened_and_one_not() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 6, 6), 4)
    graph = chosen(build, x, build.linear(build.flatten(x), 5))
    assert transposes(graph) == 0


def test_no_transpose_more_than_before() -> None:
    """Two layouts meet twice; either way one transpose each is least."""
    build = GraphBuilder()
    x = build.input(1, 3, 5, 6)
    x = build.softmax(build.conv(x, 3, padding=(1, 1, 1, 1)))
    graph = chosen(build, build.softmax(build.conv(x, 3, padding=(1, 1, 1, 1))))
    assert transposes(graph) == 3


def test_an_operand_that_is_broadcast_wants_its_own_axes_in_order() -> None:
    """One that has but one axis has no other order to be moved to."""
    build = GraphBuilder()
    x = build.input(1, 6, 4, 5)
    scale = build.relu(build.constant(6, 1, 1))
    total = build.add(x, scale)
    layouts = Layouts(build.graph)
    node = build.graph.producer(total)
    assert node is not None
    for order in permutations(range(3)):
        layouts.orders[total] = order
        assert layouts.wanted_order(node, x) == order
        assert layouts.wanted_order(node, scale) == (0,)
        assert layouts.cost_of_value(scale) == 0


def test_what_is_flattened_for_a_linear_layer_keeps_any_order_of_its_features() -> None:
    """All axes or those behind the first one; and none with more features than that."""
    build = GraphBuilder()
    x = build.input(1, 6, 4, 5)
    flat = build.flatten(x)
    build.output(build.linear(flat, 5))
    layouts, node = Layouts(build.graph), build.graph.producer(flat)
    assert node is not None
    for order in permutations(range(3)):
        layouts.orders[x] = order
        assert layouts.wanted_order(node, x) == order
    layouts.graph.outputs.append(Port(flat, build.shape(flat)))
    assert layouts.wanted_order(node, x) == (0, 1, 2)


def test_what_is_flattened_for_another_layer_too_has_a_natural_order() -> None:
    """That one has no weights to put in another order."""
    build = GraphBuilder()
    x = build.input(1, 6, 4, 5)
    flat = build.flatten(x)
    for value in (build.linear(flat, 5), build.softmax(flat)):
        build.output(value)
    layouts, node = Layouts(build.graph), build.graph.producer(flat)
    assert node is not None
    for order in permutations(range(3)):
        layouts.orders[x] = order
        assert layouts.wanted_order(node, x) == (0, 1, 2)
