"""Updates at the end of a program: of batch norm statistics, which a program captured in training
mode has."""

from __future__ import annotations

import torch
from torch.fx import GraphModule

from ....errors import TcmError
from ..source import where

aten = torch.ops.aten


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def remove_updates(module: GraphModule) -> None:
    """Removes them; raises TcmError for an update of any other buffer."""
    for node in list(module.graph.nodes):
        if node.target is not aten.copy_.default:
            continue
        name = str(node.args[0].target)
        if name.rpartition(".")[2] not in STATISTICS:
            raise TcmError(
                "the model changes a buffer of its own",
                where=where(node.args[1]),
                expected="a model without state: its outputs depend on its inputs only",
                got=f"an update of '{name}'",
                hint="make the state an input and an output of the model",
            )
        module.graph.erase_node(node)
