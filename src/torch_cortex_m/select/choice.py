"""One kernel a node, chosen within a budget of flash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..errors import TcmError
from ..ir import Graph
from ..ops.base import Kernel, Layer
from . import CostModel, Selection, layer_of

CHANGE = "allow more, choose another target, or use a smaller model"


@dataclass(frozen=True)
class Choice:
    """A graph with the kernels that could compute each node (the best one last) and a selection."""

    graph: Graph
    ranked: Mapping[str, list[Kernel]]
    layers: Mapping[str, Layer]
    selection: Selection
    model: CostModel

    @staticmethod
    def best(graph: Graph, ranked: Mapping[str, list[Kernel]], model: CostModel) -> Choice:
        layers = {n.name: layer_of(graph, n) for n in graph.nodes if n.name in ranked}
        selection = {name: kernels[-1] for name, kernels in ranked.items()}
        return Choice(graph, ranked, layers, selection, model)

    def with_kernel(self, name: str, kernel: Kernel) -> Choice:
        return replace(self, selection={**self.selection, name: kernel})

    def flash_bytes(self) -> int:
        """Code and constants, measured or estimated; constants alone of kernels that were never
        measured on a comparable layer. Layers that share code count it each: an image may take
        less."""
        return sum(self._flash(name, kernel) for name, kernel in self.selection.items())

    def _flash(self, name: str, kernel: Kernel) -> int:
        return self.model.flash_bytes(self.layers[name], kernel)

    def _is_measured(self, name: str, kernel: Kernel) -> bool:
        return self.model.measured(self.layers[name], kernel) is not None

    def time(self, name: str, kernel: Kernel) -> int:
        """Estimated cycles; 0 where nothing is known."""
        cost = self.model.cost(self.layers[name], kernel)
        return 0 if cost is None else cost.time[0]

    def within_flash(self, limit: int | None) -> Choice:
        """``reduced_to`` a limit; raises TcmError if no choice is within it."""
        if limit is None:
            return self
        choice = self.reduced_to(limit)
        if choice.flash_bytes() > limit:
            raise TcmError(
                "the model does not fit the flash budget",
                expected=f"at most {limit} bytes",
                got=f"{choice.flash_bytes()} bytes with the smallest kernels{choice._certainty()}",
                hint=CHANGE,
            )
        return choice

    def _certainty(self) -> str:
        """What the sum of flash is worth."""
        if all(self._is_measured(name, kernel) for name, kernel in self.selection.items()):
            return ", or somewhat less where layers share code"
        return ", an estimate: tcm tune or --tune measures the layers"

    def reduced_to(self, limit: int) -> Choice:
        """Trades time for flash, the cheapest trade first, until the estimate is within ``limit``
        or nothing is left to trade."""
        choice = self
        while choice.flash_bytes() > limit:
            trade = min(choice._flash_trades(), default=None)
            if trade is None:
                break
            *_, name, index = trade
            choice = choice.with_kernel(name, choice.ranked[name][index])
        return choice

    def _flash_trades(self) -> Iterator[tuple[float, int, int, str, int]]:
        """(time lost for each byte saved, ranks lost, minus bytes saved, node, index of the kernel
        to take instead): where nothing was measured, the next best kernel goes first.

        Kernels whose time is known and others do not compare."""
        for name, kernels in self.ranked.items():
            chosen = self.selection[name]
            rank = kernels.index(chosen)
            for index, kernel in enumerate(kernels):
                saved = self._flash(name, chosen) - self._flash(name, kernel)
                if saved > 0 and self._is_known(name, chosen) == self._is_known(name, kernel):
                    lost = self.time(name, kernel) - self.time(name, chosen)
                    yield lost / saved, rank - index, -saved, name, index

    def _is_known(self, name: str, kernel: Kernel) -> bool:
        """Whether time and code were measured or estimated."""
        return self.model.cost(self.layers[name], kernel) is not None
