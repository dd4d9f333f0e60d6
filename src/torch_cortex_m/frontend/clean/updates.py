"""Updates of batch norm statistics, which a program captured in training mode has."""

from __future__ import annotations

import torch
from torch.fx import GraphModule

from ...errors import TcmError
from ..source import where

aten = torch.ops.aten


def remove_statistics_updates(module: GraphModule) -> None:
    """Removes ``copy_`` into buffers of batch norms; raises TcmError for any other buffer."""
    for node in list(module.graph.nodes):
        if node.target is not aten.copy_.default:
            continue
        destination = str(node.args[0].target)
        if destination.rpartition(".")[2] not in (
            "running_mean",
            "running_var",
            "num_batches_tracked",
        ):
            raise TcmError(
                "the model changes a buffer of its own",
                where=where(node.args[1]),
                expected="a model without state: its outputs depend on its inputs only",
                got=f"an update of '{destination}'",
                hint="make the state an input and an output of the model",
            )
        module.graph.erase_node(node)
