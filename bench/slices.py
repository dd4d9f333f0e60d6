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
    *((6, channels) for channels in (20, 40, 54, 80, 110)),
    *((3, channels) for channels in (28, 48, 96)),
    *((12, channels) for channels in (22, 40)),
    (24, 20),
    (10, 72),
)
"""Width, channels of depthwise layers that compute one row, beside those of networks."""


def thin_graphs() -> Iterator[Graph]:
    for width, channels in THIN_DEPTHWISE:
        yield case_graph(
            depthwise(
                f"dw3x3 row of {width}x{channels}",
                (1, 3, width, channels),
                padding=(0, 1, 0, 1),
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
