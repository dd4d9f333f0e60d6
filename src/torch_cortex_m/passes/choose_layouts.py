"""Pass: every value keeps its axes in the order that needs the fewest transposes."""

from __future__ import annotations

from ..ir import Graph
from .apply_layouts import apply_layouts
from .fold_transpose_into_linear import fold_transpose_into_linear
from .layouts import Layouts
from .remove_duplicates import remove_duplicates
from .simplify import simplify


def choose_layouts(graph: Graph) -> Graph:
    """Moves transposes to where they meet their inverses, the graph's inputs and outputs, or the
    weights of a linear layer, as long as fewer bytes are transposed for it.

    An input or output whose value changes its order says so in its port's permutation.
    """
    graph = clean(graph)
    while True:
        layouts = _better_layouts(graph)
        changed = clean(apply_layouts(graph, layouts))
        if transposed_bytes(changed) >= transposed_bytes(graph):
            return graph
        graph = changed


def transposed_bytes(graph: Graph) -> int:
    """The bytes that the graph's transposes move."""
    transposes = (node for node in graph.nodes if node.op.moved_axes() is not None)
    return sum(graph.types[node.output].bytes for node in transposes)


def clean(graph: Graph) -> Graph:
    """The graph without the transposes that other passes can spare."""
    return simplify(remove_duplicates(fold_transpose_into_linear(simplify(graph))))


def _better_layouts(graph: Graph) -> Layouts:
    """Lets one region after another take the best order, until none finds a better one."""
    layouts = Layouts(graph)
    regions = layouts.regions()
    improved = True
    while improved:
        improved = False
        for region in regions:
            improved |= layouts.improve(region)
    return layouts
