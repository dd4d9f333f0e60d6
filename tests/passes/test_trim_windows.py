"""trim_windows: what of a kernel meets padding alone is gone, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from graph_builder import GraphBuilder, check_same, node

from torch_cortex_m.ir import Graph
from torch_cortex_m.passes.trim_windows import trim_windows

OPERATORS = {"conv": "conv2d", "depthwise": "depthwise_conv2d"}


def trimmed(operator: str, image: tuple[int, int], kernel: tuple[int, int], **fields: Any) -> Graph:
    """The pass on one layer over 5 channels, after the check that it computes the same."""
    build = GraphBuilder()
    x = build.input(2, 5, *image)
    arguments: tuple[Any, ...] = (x, 4, kernel) if operator == "conv" else (x, kernel)
    build.output(getattr(build, operator)(*arguments, **fields))
    graph = trim_windows(build.graph)
    check_same(build.graph, graph)
    return graph


def window(graph: Graph, operator: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(kernel, padding)"""
    found = node(graph, OPERATORS[operator])
    return graph.argument_types(found)["weight"].shape[1:3], found.op.padding


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    ("image", "kernel", "fields", "expected"),
    [
        ((1, 7), (3, 3), {"padding": (1, 1, 1, 1)}, ((1, 3), (0, 1, 0, 1))),
        ((7, 1), (5, 5), {"padding": (2, 2, 2, 2)}, ((5, 1), (2, 0, 2, 0))),
        ((1, 1), (3, 3), {"padding": (1, 1, 1, 1)}, ((1, 1), (0, 0, 0, 0))),
        ((1, 3), (10, 4), {"padding": (4, 1, 5, 2)}, ((1, 4), (0, 1, 0, 2))),
        ((2, 7), (7, 3), {"padding": (3, 1, 3, 1)}, ((3, 3), (1, 1, 1, 1))),
        ((1, 7), (3, 3), {"padding": (1, 1, 1, 1), "stride": (2, 2)}, ((1, 3), (0, 1, 0, 1))),
        ((2, 7), (3, 3), {"padding": (2, 2, 2, 2), "dilation": (2, 2)}, ((1, 3), (0, 2, 0, 2))),
        ((1, 7), (2, 2), {"padding": (0, 0, 1, 1)}, ((1, 2), (0, 0, 0, 1))),
        # Each of two outputs meets the image with another row.
        ((1, 7), (4, 3), {"padding": (2, 0, 2, 0)}, ((2, 3), (1, 0, 1, 0))),
    ],
)
def test_edges_go(
    operator: str,
    image: tuple[int, int],
    kernel: tuple[int, int],
    fields: dict[str, tuple[int, ...]],
    expected: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    assert window(trimmed(operator, image, kernel, **fields), operator) == expected


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(
    ("image", "kernel", "fields"),
    [
        ((3, 3), (3, 3), {"padding": (1, 1, 1, 1)}),
        ((5, 5), (5, 5), {}),
        # The first row and column meet padding alone, but the others do not begin at the image.
        ((2, 2), (2, 2), {"padding": (1, 1, 0, 0), "dilation": (2, 2)}),
        # Nothing is read at all: all outputs are the bias.
        ((1, 1), (2, 2), {"padding": (1, 1, 3, 3), "stride": (2, 2), "dilation": (2, 2)}),
    ],
)
def test_the_rest_stays(
    operator: str,
    image: tuple[int, int],
    kernel: tuple[int, int],
    fields: dict[str, tuple[int, ...]],
) -> None:
    graph = trimmed(operator, image, kernel, **fields)
    padding = fields.get("padding", (0, 0, 0, 0))
    assert window(graph, operator) == (kernel, padding)
