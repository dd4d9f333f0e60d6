"""Buffers that the program changes become states; statistics of batch norms, which a program
captured in training mode updates, stay as they are."""

from __future__ import annotations

import torch
from torch.fx import GraphModule, Node

from ..program import constant_value
from ..states import NewState, StateInput, add_states

aten = torch.ops.aten


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def replace_updates(module: GraphModule) -> None:
    """Raises TcmError for a buffer that no state can be."""
    updates: dict[str, Node] = {}
    for node in module.graph.find_nodes(op="call_function", target=aten.copy_.default):
        updates[str(node.args[0].target)] = node.args[1]
        node.replace_all_uses_with(node.args[1])
        module.graph.erase_node(node)
    constants = module.graph.find_nodes(op="get_attr")
    added: list[NewState] = []
    for path, update in updates.items():
        if not _is_statistic(path, updates):
            readers = [node for node in constants if node.target == path]
            initial = constant_value(module, readers[0]).clone()
            added.append(NewState(StateInput(path, initial), readers, update))
    add_states(module, added)


def _is_statistic(path: str, updates: dict[str, Node]) -> bool:
    """Whether a buffer is one of those that a batch norm updates together."""
    owner, _, name = path.rpartition(".")
    names = {f"{owner}.{each}" if owner else each for each in STATISTICS}
    return name in STATISTICS and names <= updates.keys()
