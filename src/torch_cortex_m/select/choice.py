"""One kernel a node, of those that could compute it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ..ir import Graph
from ..ir.regions import Region, calls, joins
from ..ops.base import Kernel, Layer
from . import CostModel, Selection, layer_of

CHANGE = "allow more, choose another target, or use a smaller model"


@dataclass(frozen=True)
class Choice:
    """A graph with the kernels that could compute each node (the best one last) and a selection.

    regions: nodes that compute some rows at a time. ``layers`` has what one call computes.
    """

    graph: Graph
    ranked: Mapping[str, list[Kernel]]
    layers: Mapping[str, Layer]
    selection: Selection
    model: CostModel
    regions: tuple[Region, ...] = ()

    @staticmethod
    def best(
        graph: Graph,
        ranked: Mapping[str, list[Kernel]],
        model: CostModel,
        layers: Mapping[str, Layer] | None = None,
        regions: tuple[Region, ...] = (),
    ) -> Choice:
        """layers: those of nodes in regions."""
        whole = {n.name: layer_of(graph, n) for n in graph.nodes if n.name in ranked}
        selection = {name: kernels[-1] for name, kernels in ranked.items()}
        return Choice(graph, ranked, {**whole, **(layers or {})}, selection, model, regions)

    def with_kernels(self, changes: Selection) -> Choice:
        return replace(self, selection={**self.selection, **changes})

    def time(self, name: str, kernel: Kernel) -> int:
        """Estimated cycles; 0 where nothing is known, or nothing is left to do."""
        if name in self.joins:
            return 0
        cost = self.model.cost(self.layers[name], kernel)
        return 0 if cost is None else cost.time[0] * self.calls.get(name, 1)

    @cached_property
    def calls(self) -> dict[str, int]:
        """How often nodes in regions are called."""
        return calls(self.regions)

    @cached_property
    def joins(self) -> set[str]:
        """The nodes in regions that only join rows of others."""
        return joins(self.regions)

    @property
    def total_time(self) -> int:
        return sum(self.time(name, kernel) for name, kernel in self.selection.items())

    def is_known(self, name: str, kernel: Kernel) -> bool:
        """Whether time and code were measured or estimated."""
        return self.model.cost(self.layers[name], kernel) is not None
