"""sink_pads and fold_pad: pads become the padding of windows, where that is the same."""

from __future__ import annotations

from typing import Any

import pytest
from graph_builder import GraphBuilder, check_same, names, node

from torch_cortex_m.ir import Graph
from torch_cortex_m.passes.fold_pad import fold_pad
from torch_cortex_m.passes.sink_pads import sink_pads


def folded(build: GraphBuilder, value: str) -> Graph:
    """Both passes on the graph with this output, after the check that it computes the same."""
    build.output(value)
    graph = fold_pad(sink_pads(build.graph))
    check_same(build.graph, graph)
    return graph


def padding(graph: Graph, name: str) -> tuple[int, ...]:
    assert "pad" not in names(graph)
    return node(graph, name).op.padding


@pytest.mark.parametrize("operator", ["conv", "depthwise"])
def test_convolutions(operator: str) -> None:
    build = GraphBuilder()
    x = build.pad(build.input(1, 3, 5, 6), 0, 0, 0, 0, 1, 2, 3, 4)
    arguments: tuple[Any, ...] = (x, 4) if operator == "conv" else (x,)
    graph = folded(build, getattr(build, operator)(*arguments, padding=(10, 20, 30, 40)))
    expected = {"conv": "conv2d", "depthwise": "depthwise_conv2d"}[operator]
    assert padding(graph, expected) == (11, 23, 32, 44)


def test_sequence() -> None:
    build = GraphBuilder()
    x = build.pad(build.input(2, 3, 7), 0, 0, 0, 0, 1, 2)
    assert padding(folded(build, build.conv1d(x, 4)), "conv2d") == (0, 1, 0, 2)


def test_image_of_height_one() -> None:
    build = GraphBuilder()
    x = build.pad_image(build.input(1, 3, 1, 7), 1)
    assert padding(folded(build, build.conv(x, 4)), "conv2d") == (1, 1, 1, 1)


def test_value_that_is_not_the_zero_point_stays() -> None:
    build = GraphBuilder()
    x = build.pad_image(build.input(1, 3, 5, 5), 1, value=4)
    assert names(folded(build, build.conv(x, 4))).count("pad") == 1


def test_padded_channels_stay() -> None:
    build = GraphBuilder()
    x = build.pad(build.input(1, 3, 5, 5), 0, 0, 0, 1, 1, 1, 1, 1)
    graph = folded(build, build.conv(x, 4))
    assert node(graph, "pad").op.padding == (0, 0, 1, 1, 1, 1, 0, 1)


def test_padded_batch_and_pooled_channels_stay() -> None:
    build = GraphBuilder()
    x = build.pad(build.input(1, 3, 5, 5), 0, 1, 0, 0, 1, 1, 1, 1)
    assert "pad" in names(folded(build, build.conv(x, 4)))
    build = GraphBuilder()
    x = build.pad(build.input(1, 3, 5, 5), 0, 0, 1, 0, 0, 0, 0, 0, value=-128)
    assert "pad" in names(folded(build, build.max_pool(x)))


def test_pad_with_other_users_is_not_copied() -> None:
    build = GraphBuilder()
    x = build.pad_image(build.input(1, 3, 5, 5), 1, value=4)
    build.output(x)
    assert names(folded(build, build.conv(x, 4))).count("pad") == 1


def test_every_user_takes_its_own_padding() -> None:
    build = GraphBuilder()
    x = build.to_nhwc(build.input(1, 3, 5, 5))
    x = build.pad(x, 0, 0, 1, 1, 1, 1, 0, 0)
    y = build.add(build.conv_nhwc(x, 2), build.conv_nhwc(x, 2))
    graph = folded(build, y)
    assert "pad" not in names(graph)
    build = GraphBuilder()
    x = build.pad(build.to_nhwc(build.input(1, 3, 5, 5)), 0, 0, 1, 1, 1, 1, 0, 0)
    build.output(x)
    graph = folded(build, build.conv_nhwc(x, 2))
    assert names(graph).count("pad") == 1
    assert node(graph, "conv2d").op.padding == (1, 1, 1, 1)


AVERAGES = {
    "no_padding_yet": ({}, True),
    "counts_already": ({"padding": (1, 1, 1, 1), "count_include_pad": True}, True),
    "does_not_count": ({"padding": (1, 1, 1, 1)}, False),
    "divisor": ({"padding": (1, 0, 0, 0), "divisor_override": 7}, True),
    "other_value": ({"divisor_override": 7, "padding_value": 9}, False),
    "other_value_without_effect": ({"padding_value": 9}, True),
    "ceil_mode": ({"ceil_mode": True, "stride": (2, 2)}, False),
    "adaptive": ({"adaptive_output": (3, 2)}, False),
}


@pytest.mark.parametrize("case", AVERAGES)
def test_average_pooling(case: str) -> None:
    fields, folds = AVERAGES[case]
    build = GraphBuilder()
    x = build.pad_image(build.input(1, 3, 5, 5), 1)
    graph = folded(build, build.avg_pool(x, (3, 3), **fields))
    assert ("pad" not in names(graph)) == folds


def test_average_of_padding_alone_stays() -> None:
    build = GraphBuilder()
    x = build.pad_image(build.input(1, 3, 4, 4), 2)
    assert "pad" in names(folded(build, build.avg_pool(x, (2, 2), stride=(2, 2))))


@pytest.mark.parametrize(
    ("value", "fields", "folds"),
    [(-128, {}, True), (-127, {}, False), (-128, {"ceil_mode": True, "stride": (2, 2)}, False)],
)
def test_maximum_pooling(value: int, fields: dict[str, Any], folds: bool) -> None:
    build = GraphBuilder()
    x = build.pad_image(build.input(1, 3, 5, 5), 2, value=value)
    graph = folded(build, build.max_pool(x, **fields))
    assert ("pad" not in names(graph)) == folds


def test_pads_of_a_pad_are_folded_one_after_the_other() -> None:
    build = GraphBuilder()
    x = build.to_nhwc(build.input(1, 3, 5, 6))
    x = build.pad(build.pad(x, 0, 0, 1, 2, 3, 4, 0, 0), 0, 0, 4, 3, 2, 1, 0, 0)
    build.output(build.conv_nhwc(x, 4))
    graph = fold_pad(build.graph)
    check_same(build.graph, graph)
    assert padding(graph, "conv2d") == (5, 5, 5, 5)
