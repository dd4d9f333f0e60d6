"""What an inference takes on a part, as far as its caches and its flash tell."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import TcmError
from ..run import Execution
from ..target import Part, Target


@dataclass(frozen=True)
class PartReport:
    """Lines that the caches of a part fetched from its flash in one inference, the caches being
    warm from another one, and between how many cycles and microseconds it takes.

    cycles: without any waiting, and those of each line. The fewer ones, if the core goes on as soon
    as the first bytes are there and prefetched lines come in time; the more, if it waits for whole
    lines.
    """

    name: str
    source: str
    code_lines: int
    constant_lines: int
    cycles: tuple[int, int]
    microseconds: tuple[int, int]

    @property
    def text(self) -> str:
        """For people."""
        fastest, slowest = (f"{value / 1000:,.2f}" for value in self.microseconds)
        fewest, most = (f"{value:,}" for value in self.cycles)
        return (
            f"On {self.name}: {fastest} to {slowest} ms, {fewest} to {most} cycles; its caches "
            f"fetch {self.code_lines:,} lines of code and {self.constant_lines:,} of constants "
            f"from flash ({self.source})."
        )


def check_part(part: Part, target: Target) -> None:
    """Raises TcmError if the part has another core."""
    if part.core != target.name:
        raise TcmError(
            f"the model was compiled for another core than that of {part.name}",
            expected=part.core,
            got=target.name,
            hint=f"compile it with --target {part.name}",
        )


def part_report(part: Part, execution: Execution) -> PartReport | None:
    """None where the core has no model of its cycles."""
    misses, core_cycles = execution.misses, execution.cycles
    if misses is None or core_cycles is None:
        return None
    first, whole = part.fill_cycles
    in_time = misses.in_order if part.prefetch else 0
    fewest = core_cycles + first * (misses.code - in_time + misses.constants)
    most = core_cycles + whole * (misses.code + misses.constants)
    return PartReport(
        part.name,
        part.source,
        misses.code,
        misses.constants,
        (fewest, most),
        (round(fewest / part.megahertz), round(most / part.megahertz)),
    )
