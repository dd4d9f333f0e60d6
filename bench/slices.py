"""Layers of a few rows, as networks compute them that take little working memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from torch_cortex_m.ir import Graph
from torch_cortex_m.ops.base import Case, Layer
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.schedule import RowRules, divisors

ROWS = (1, 2, 4, 5, 7)
"""5 and 7 are the smallest parts of 25 and 49 rows, and of those that a network halves to 7."""

THIN_DEPTHWISE = (
    *((3, 1, 1, 6, channels) for channels in (20, 40, 54, 80, 110)),
    *((3, 1, 1, 3, channels) for channels in (28, 48, 96)),
    *((3, 1, 1, 12, channels) for channels in (22, 40)),
    (3, 1, 1, 24, 20),
    (3, 1, 1, 10, 72),
    *((5, 1, rows, 22, 120) for rows in (1, 2, 11)),
    (5, 1, 1, 11, 160),
    (5, 1, 2, 10, 120),
    (5, 1, 4, 44, 64),
    *((5, 2, rows, 22, 80) for rows in (1, 2)),
    *((7, 1, rows, 22, 80) for rows in (1, 2, 4, 11)),
    (7, 1, 1, 11, 240),
    *((7, 2, rows, 26, 24) for rows in (1, 4)),
    (7, 2, 2, 10, 48),
    (7, 2, 1, 5, 144),
)
"""Kernel, stride, rows of output, width of output, channels of depthwise layers that compute a few
rows, beside those of networks."""


def thin_graphs() -> Iterator[Graph]:
    for kernel, stride, rows, width, channels in THIN_DEPTHWISE:
        yield case_graph(
            depthwise(
                f"dw{kernel}x{kernel} s{stride}, {rows} rows of {width}x{channels}",
                (1, (rows - 1) * stride + kernel, width * stride, channels),
                (kernel, kernel),
                stride=(stride, stride),
                padding=(0, kernel // 2, 0, kernel // 2 + 1 - stride),
                bias=True,
            )
        )


def slice_graphs(graph: Graph) -> Iterator[Graph]:
    """Each layer that can compute a few rows at a time, for ``ROWS`` where they divide all of
    them."""
    rules = RowRules(graph)
    for rule in filter(None, (rules.rule(node.name) for node in graph.computing_nodes())):
        counts = set(divisors(rule.rows)) & set(ROWS) - {rule.rows}
        layers = (rules.layer(rule, rows) for rows in sorted(counts))
        yield from (layer_graph(layer) for layer in layers if layer is not None)


def layer_graph(layer: Layer) -> Graph:
    given = [name for name in layer.types if name not in layer.constants]
    tensors = {
        name: layer.constants.get(name, np.zeros(type_.shape, type_.storage))
        for name, type_ in layer.types.items()
    }
    case = Case("slice", layer.op, tensors, tuple(given))
    return case_graph(case)
