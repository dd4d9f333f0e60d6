"""What an inference takes on a part, as far as its caches and its flash tell."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import TcmError
from ..run import Execution
from ..run.miss_counter import Misses, waiting_cycles
from ..target import Part, Target


@dataclass(frozen=True)
class PartReport:
    """Lines that the caches of a part fetched from its flash in one inference, the caches being
    warm from another one, and between how many cycles and microseconds it takes.

    cycles: without any waiting, and those of each line. The fewer ones, if the core goes on as soon
    as the first bytes are there and prefetched lines come in time; the more, if it waits for whole
    lines. None where nobody says how long a line takes, or the core has no model of its cycles.
    """

    name: str
    source: str
    code_lines: int
    constant_lines: int
    cycles: tuple[int, int] | None
    microseconds: tuple[int, int] | None

    @property
    def text(self) -> str:
        """For people."""
        return (
            f"On {self.name}: {self._time}; its caches fetch {self.code_lines:,} lines of code "
            f"and {self.constant_lines:,} of constants from flash ({self.source})."
        )

    @property
    def _time(self) -> str:
        if self.cycles is None or self.microseconds is None:
            return "how long an inference waits for flash is not known"
        fastest, slowest = (f"{value / 1000:,.2f}" for value in self.microseconds)
        fewest, most = (f"{value:,}" for value in self.cycles)
        return f"{fastest} to {slowest} ms, {fewest} to {most} cycles"


def check_part(part: Part, target: Target) -> None:
    """Raises TcmError if the part has another core, or caches of which nothing is known."""
    if part.code is None:
        raise TcmError(
            f"what {part.name} fetches from flash cannot be counted",
            expected="a part whose caches are described",
            got=part.source,
            hint=f"--target {part.name} compiles for its core, flash and RAM; profile without "
            "--part counts cycles without waiting",
        )
    if part.core != target.name:
        raise TcmError(
            f"the model was compiled for another core than that of {part.name}",
            expected=part.core,
            got=target.name,
            hint=f"compile it with --target {part.name}",
        )


def part_report(part: Part, execution: Execution) -> PartReport | None:
    """None where nothing was counted."""
    misses = execution.misses
    if misses is None:
        return None
    cycles = _cycles(part, misses, execution.cycles)
    microseconds = None
    if cycles is not None:
        microseconds = (round(cycles[0] / part.megahertz), round(cycles[1] / part.megahertz))
    return PartReport(part.name, part.source, misses.code, misses.constants, cycles, microseconds)


def _cycles(part: Part, misses: Misses, core_cycles: int | None) -> tuple[int, int] | None:
    """The fewest and the most, as ``PartReport`` has them."""
    waiting = waiting_cycles(part, misses)
    if core_cycles is None or waiting is None:
        return None
    fewest, most = waiting
    return core_cycles + fewest, core_cycles + most
