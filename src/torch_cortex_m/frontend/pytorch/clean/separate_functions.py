"""Every function of one tensor gets operators of its own, so that no other reader quantizes a value
in the middle of it.

gate = sigmoid(x); (gate * x, gate + y) becomes (sigmoid(x) * x, sigmoid(x) + y): two tables of x.
"""

from __future__ import annotations

from torch.fx import GraphModule, Node

from ..functions import OneTensorFunction, find_functions


def separate_functions(module: GraphModule) -> None:
    for node, function in find_functions(module).of.items():
        if _is_shared(node, function):
            node.replace_all_uses_with(_copied(module, node, function))


def _is_shared(last: Node, function: OneTensorFunction) -> bool:
    inner = set(function.nodes) - {last}
    return any(node.users.keys() - set(function.nodes) for node in inner)


def _copied(module: GraphModule, last: Node, function: OneTensorFunction) -> Node:
    copies: dict[Node, Node] = {}
    with module.graph.inserting_before(last):
        for node in function.nodes:
            copies[node] = module.graph.node_copy(node, lambda input: copies.get(input, input))
    return copies[last]
