"""Pass: rows and columns of kernels that only ever meet padding are gone.

Padding counts as zero, so that they add nothing. Layers over one row of time or of features have
them: of a 3x3 kernel with padding on all sides two rows.
"""

from __future__ import annotations

from ..ir import Graph, Node
from .rewrite import replace_constants, rewrite


def trim_windows(graph: Graph) -> Graph:
    """Weights shrink to what meets the input, and the padding around it with them."""
    return rewrite(graph, _trim)


def _trim(graph: Graph, node: Node) -> bool:
    constants = graph.argument_constants(node)
    found = node.op.without_unread_taps(graph.present_types(node), constants)
    if found is None:
        return False
    replace_constants(graph, node, *found)
    return True
