"""What a model may cost at most, for the tests of a firmware."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..cycles import cycle_model
from ..errors import TcmError
from .comparison import LOSS, Comparison, totals
from .report import Report

GROWING = ("instructions", "cycles", "RAM", "flash")
"""What may grow by ``Budgets.growth`` only."""


@dataclass(frozen=True)
class Budgets:
    """The most of one inference; None for no limit.

    ram: of arena, states and stack, in bytes. flash: of code and constants. growth: by how many
    percent instructions, cycles, RAM and flash may each be more than before. loss: what
    quantization may cost an output, in percent: see ``Report.loss``.
    """

    cycles: int | None = None
    instructions: int | None = None
    ram: int | None = None
    flash: int | None = None
    growth: float | None = None
    loss: float | None = None

    @property
    def limits(self) -> Mapping[str, float]:
        """Those that are set, by the names of ``totals``."""
        all_ = {
            "cycles": self.cycles,
            "instructions": self.instructions,
            "RAM": self.ram,
            "flash": self.flash,
            LOSS: self.loss,
        }
        return {name: limit for name, limit in all_.items() if limit is not None}

    def check_known(self, report: Report) -> None:
        """Before anything is measured: raises TcmError for a limit of what measuring a compiled
        model will not tell either."""
        unknown = {LOSS} if report.loss is None else set[str]()
        if report.generated is not None and cycle_model(report.generated.target) is None:
            unknown.add("cycles")
        for name in self.limits:
            if name in unknown:
                _check_measured(name, None, report)

    def exceeded(self, report: Report) -> list[str]:
        """A line for each limit that the model does not keep.

        Raises TcmError for a limit on what was not measured.
        """
        found = totals(report)
        for name in self.limits:
            _check_measured(name, found[name], report)
        return [
            f"{name}: {found[name]:,}, at most {limit:,}"
            for name, limit in self.limits.items()
            if (found[name] or 0) > limit
        ]

    def outgrown(self, comparison: Comparison) -> list[str]:
        """A line for each quantity that grew by more than ``growth``."""
        return [] if self.growth is None else list(_outgrown(comparison, self.growth))


def _outgrown(comparison: Comparison, limit: float) -> Iterator[str]:
    for name in GROWING:
        change = comparison.totals.get(name)
        if change is not None and change.percent is not None and change.percent > limit:
            yield (
                f"{name}: {change.before:,} -> {change.after:,} (+{change.percent:.2f} %), "
                f"at most +{limit:g} %"
            )


def _check_measured(name: str, value: float | None, report: Report) -> None:
    if value is None and name == LOSS:
        raise TcmError(
            "nobody knows what quantization costs this model",
            where=report.target,
            expected="a model that was compiled from float PyTorch, by this version",
            got="one that was quantized before, or whose outputs are no real numbers",
            hint="compile the float model with calibration data, or leave the limit out",
        )
    if value is None:
        raise TcmError(
            f"there is no figure to hold against the budget of {name}",
            where=report.target,
            expected=f"a profile with {name}",
            got="none: it was not measured, or this core has no such estimate",
            hint="profile a folder that was compiled for a core, with its compiler and QEMU",
        )
