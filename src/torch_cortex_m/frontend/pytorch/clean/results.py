"""Operators with several results become one operator for each result that is used."""

from __future__ import annotations

from torch.fx import GraphModule, Node

from ....ops.pytorch.pattern import SingleCall
from ..patterns import result_of, results
from ..program import add_call


def separate_results(module: GraphModule) -> None:
    """E.g. getitem(max_pool2d_with_indices(x), 0) becomes max_pool2d(x), where the patterns say so;
    results that nothing gives alone stay as they are."""
    for node in list(module.graph.nodes):
        rule = result_of(node.target)
        if rule is not None:
            for place, result in results(node):
                call = rule(node, place)
                if call is not None:
                    _replace(module, result, call)


def _replace(module: GraphModule, result: Node, call: SingleCall) -> None:
    kwargs = dict(call.kwargs)
    result.replace_all_uses_with(add_call(module, result, call.target, call.args, result, kwargs))
