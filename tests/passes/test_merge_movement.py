"""Chains of data movement become those that move the fewest bytes."""

from __future__ import annotations

import numpy as np
from graph_builder import GraphBuilder, names, node, run_and_check

from torch_cortex_m.ir import format_graph
from torch_cortex_m.ops import operator
from torch_cortex_m.passes.merge_movement import merge_movement


def slice_of(build: GraphBuilder, x: str, begin: tuple[int, ...], size: tuple[int, ...]) -> str:
    return build.node(operator("slice", begin=begin, size=size), x)


def gathered(build: GraphBuilder, x: str, axis: int, *indices: int) -> str:
    constant = build.graph.add_constant("indices", np.array(indices, np.int32))
    return build.node(operator("gather", axis=axis), x, constant)


def test_shuffled_channels_are_gathered_in_the_layout_of_convolutions() -> None:
    build = GraphBuilder()
    x = build.conv(build.input(1, 3, 4, 5), 6, (1, 1))
    pairs = build.transpose(build.reshape(x, 1, 2, 3, 4, 5), 0, 2, 1, 3, 4)
    build.output(build.conv(build.reshape(pairs, 1, 6, 4, 5), 2))
    after = run_and_check(build)
    assert names(after) == ["conv2d", "gather", "conv2d"]
    indices = after.constants[node(after, "gather").inputs[1] or ""]
    np.testing.assert_array_equal(indices, [0, 3, 1, 4, 2, 5])


def test_neighbours_of_one_kind_become_one() -> None:
    build = GraphBuilder()
    x = slice_of(build, build.softmax(build.input(6, 8)), (1, 0), (5, 8))
    x = slice_of(build, gathered(build, x, 1, 7, 0, 3, 3), (0, 1), (4, 2))
    build.output(build.softmax(x))
    after = run_and_check(build)
    assert names(after) == ["softmax", "slice", "softmax"]
    assert node(after, "slice").op == operator("slice", begin=(1, 0), size=(4, 2), step=(1, 3))


def test_what_undoes_itself_goes() -> None:
    build = GraphBuilder()
    x = gathered(build, build.softmax(build.input(3, 4)), 1, 3, 2, 1, 0)
    build.output(build.softmax(gathered(build, x, 1, 3, 2, 1, 0)))
    assert names(run_and_check(build)) == ["softmax", "softmax"]


def test_what_others_read_stays() -> None:
    build = GraphBuilder()
    x = gathered(build, build.softmax(build.input(3, 4)), 1, 3, 2, 1, 0)
    build.output(build.add(build.softmax(x), build.softmax(gathered(build, x, 1, 3, 2, 1, 0))))
    assert names(run_and_check(build)).count("gather") == 2


def test_what_would_move_more_stays() -> None:
    """Rows of a transposed tensor are a view; taken before, they would be copied."""
    build = GraphBuilder()
    x = build.transpose(build.softmax(build.input(4, 6)), 1, 0)
    build.output(slice_of(build, x, (1, 0), (5, 4)))
    assert format_graph(merge_movement(build.graph)) == format_graph(build.graph)


def test_constants_are_moved_now() -> None:
    build = GraphBuilder()
    x = build.softmax(build.input(2, 3))
    constant = gathered(build, build.constant(4, 3), 0, 3, 1)
    build.output(build.add(x, slice_of(build, constant, (0, 0), (1, 3))))
    assert names(run_and_check(build)) == ["softmax", "add"]


def test_what_would_need_too_many_indices_stays() -> None:
    """The elements of a large transposed matrix as a list: no gather stores an index for each."""
    build = GraphBuilder()
    x = build.reshape(build.relu(build.input(1 << 17)), 256, 512)
    build.output(build.relu(build.reshape(build.transpose(x, 1, 0), 1 << 17)))
    assert format_graph(merge_movement(build.graph)) == format_graph(build.graph)
