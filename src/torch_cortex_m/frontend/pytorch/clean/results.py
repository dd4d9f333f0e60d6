"""Operators with several results of which only the first is used become one-valued."""

from __future__ import annotations

import operator

from torch.fx import GraphModule

from ..patterns import first_results


def keep_first_results(module: GraphModule) -> None:
    """E.g. getitem(max_pool2d_with_indices(x), 0) becomes max_pool2d(x)."""
    for node in list(module.graph.nodes):
        if node.target not in first_results():
            continue
        users = [user for user in node.users if user.users]
        if all(user.target is operator.getitem and user.args[1] == 0 for user in users):
            node.target = first_results()[node.target]
            node.meta["val"] = node.meta["val"][0]
            for user in users:
                user.replace_all_uses_with(node)
            for user in list(node.users):
                if user.target is operator.getitem:
                    module.graph.erase_node(user)
