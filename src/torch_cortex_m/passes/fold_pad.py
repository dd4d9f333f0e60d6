"""Pass: windows do the padding themselves."""

from __future__ import annotations

from ..ir import Graph, Node
from .rewrite import change, fits, producer_of_input, rewrite


def fold_pad(graph: Graph) -> Graph:
    """A pad of height and width before a convolution or a pooling becomes its padding, where that
    counts as the pad's value."""
    return rewrite(graph, _fold)


def _fold(graph: Graph, node: Node) -> bool:
    pad = producer_of_input(graph, node)
    border = None if pad is None else pad.op.border()
    if pad is None or border is None:
        return False
    op = node.op.absorb_border(graph.present_types(node), border)
    inputs = (pad.inputs[0], *node.inputs[1:])
    if op is None or not fits(graph, op, inputs):
        return False
    change(graph, node, op, inputs)
    return True
