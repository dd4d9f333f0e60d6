"""How much of a model vanishes because it is the same for every input."""

from __future__ import annotations

from ..ir import Graph
from ..ir.artifacts import Folding
from ..passes.fold_constant_channels import fold_constant_channels
from ..passes.remove_unread_channels import remove_unread_channels


class FoldingObserver:
    """Watches ``run_passes``; ``folding`` is what the passes about constant channels removed."""

    def __init__(self) -> None:
        self._before = self._after = (0, 0)

    def __call__(self, each: object, before: Graph, after: Graph) -> None:
        if each is fold_constant_channels:
            self._before = _size(before)
        if each is remove_unread_channels:
            self._after = _size(after)

    @property
    def folding(self) -> Folding | None:
        """None if nothing was removed."""
        folding = Folding(*self._before, *self._after)
        return folding if folding.channels_after < folding.channels_before else None


def _size(graph: Graph) -> tuple[int, int]:
    """(output channels of all layers with weights, MACs of one inference)."""
    channels = macs = 0
    for node in graph.nodes:
        macs += node.op.macs(graph.present_types(node))
        if "weight" in graph.argument_constants(node):
            channels += graph.types[node.name].shape[-1]
    return channels, macs
