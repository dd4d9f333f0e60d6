"""What an inference takes on a board, as the board counted it."""

from __future__ import annotations

from dataclasses import dataclass

from ..run import Board, Execution


@dataclass(frozen=True)
class BoardReport:
    """One inference on the board at ``place``.

    counter: what counts its cycles, "DWT" or "own"; None where nothing does, and cycles are
    unknown. microseconds: where the firmware was told its clock. stack_bytes: where it was told how
    much may be looked at; all of that if the inference took more. layers: the cycles of each, in
    order, if the model's C was compiled for it.
    """

    place: str
    counter: str | None
    cycles: int | None
    microseconds: int | None
    stack_bytes: int | None
    stack_is_full: bool
    layers: tuple[int, ...] | None

    def text(self, estimated: int | None) -> str:
        """For people; estimated: cycles."""
        return f"On the board at {self.place}: {self._cycles(estimated)}{self._stack()}."

    def _cycles(self, estimated: int | None) -> str:
        if self.cycles is None:
            return "no cycles, for it has no cycle counter that counts"
        counter = "its DWT" if self.counter == "DWT" else "a function of the firmware"
        time = "" if self.microseconds is None else f", {self.microseconds / 1000:,.2f} ms"
        text = f"{self.cycles:,} cycles{time}, counted by {counter}"
        if not estimated:
            return text
        return f"{text} ({100 * (self.cycles / estimated - 1):+.1f} % against the estimate)"

    def _stack(self) -> str:
        if self.stack_bytes is None:
            return ""
        return f"; stack {'at least ' if self.stack_is_full else ''}{self.stack_bytes:,} B"


def board_report(place: str, board: Board, execution: Execution) -> BoardReport:
    facts, cycles = board.facts, execution.cycles
    layers = tuple(layer.cycles or 0 for layer in execution.layers)
    return BoardReport(
        place,
        facts.counter,
        cycles,
        round(cycles * 1_000_000 / facts.clock_hz) if cycles and facts.clock_hz else None,
        execution.stack_bytes if facts.stack_bytes else None,
        0 < facts.stack_bytes <= execution.stack_bytes,
        layers or None,
    )
