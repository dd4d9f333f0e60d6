"""One kernel a node, chosen within budgets of flash and RAM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from .artifacts import MemoryPlan
from .errors import TcmError
from .ir import Graph
from .ops.base import Kernel, Layer
from .select import CostModel, Selection, layer_of

_CHANGE = "allow more, choose another target, or use a smaller model"


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
        layers = {n.output: layer_of(graph, n) for n in graph.nodes if n.output in ranked}
        selection = {name: kernels[-1] for name, kernels in ranked.items()}
        return Choice(graph, ranked, layers, selection, model)

    def with_kernel(self, name: str, kernel: Kernel) -> Choice:
        return replace(self, selection={**self.selection, name: kernel})

    def flash_bytes(self) -> int:
        """Code and constants as far as they were measured; layers that share code count it each."""
        return sum(self._flash(name, kernel) for name, kernel in self.selection.items())

    def _flash(self, name: str, kernel: Kernel) -> int:
        cost = self.model.cost(self.layers[name], kernel)
        return 0 if cost is None else cost.flash_bytes

    def _time(self, name: str, kernel: Kernel) -> int:
        cost = self.model.cost(self.layers[name], kernel)
        return 0 if cost is None else cost.time[0]

    def within_flash(self, limit: int | None) -> Choice:
        """Trades time for flash, the cheapest trade first, until the estimate is within ``limit``.

        Raises TcmError if no choice is.
        """
        choice = self
        while limit is not None and choice.flash_bytes() > limit:
            trade = min(choice._flash_trades(), default=None)
            if trade is None:
                raise TcmError(
                    "the model does not fit the flash budget",
                    expected=f"at most {limit} bytes",
                    got=f"{choice.flash_bytes()} bytes with the smallest kernels",
                    hint=_CHANGE,
                )
            _, name, index = trade
            choice = choice.with_kernel(name, choice.ranked[name][index])
        return choice

    def _flash_trades(self) -> Iterator[tuple[float, str, int]]:
        """(time lost for each byte saved, node, index of the kernel to take instead)."""
        for name, kernels in self.ranked.items():
            chosen = self.selection[name]
            for index, kernel in enumerate(kernels):
                saved = self._flash(name, chosen) - self._flash(name, kernel)
                if saved > 0:
                    lost = self._time(name, kernel) - self._time(name, chosen)
                    yield lost / saved, name, index

    def within_ram(self, limit: int | None, plan: Callable[[Selection], MemoryPlan]) -> Choice:
        """Gives up kernels with scratch memory, the least time lost first, until the arena is
        within ``limit``. Raises TcmError if no choice is."""
        choice = self
        arena = plan(choice.selection).arena_bytes
        while limit is not None and arena > limit:
            trades = []
            for name, kernels in choice.ranked.items():
                for index, kernel in enumerate(kernels):
                    other = plan({**choice.selection, name: kernel}).arena_bytes
                    if other < arena:
                        lost = choice._time(name, kernel)
                        lost -= choice._time(name, choice.selection[name])
                        trades.append((lost, other, name, index))
            if not trades:
                raise TcmError(
                    "the model does not fit the RAM budget",
                    expected=f"at most {limit} bytes",
                    got=f"{arena} bytes with the kernels that need the least",
                    hint=_CHANGE,
                )
            _, arena, name, index = min(trades)
            choice = choice.with_kernel(name, choice.ranked[name][index])
        return choice
