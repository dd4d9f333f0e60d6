"""What the choice of kernels is to be good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import TcmError
from ..measured.measurements import Measurements
from ..select import check_objective
from .own_kernels import OwnKernel
from .sections import checked_place

LEAST = "min"
"""As a budget of RAM: the least that there is."""

IO = ("caller", "arena", "rows")


def check_io(io: str) -> None:
    if io not in IO:
        raise TcmError(
            "unknown place of inputs and outputs",
            expected=" or ".join(IO),
            got=io,
            where="io",
            hint="caller: in memory of the firmware; arena: in the working memory; rows: the input "
            "comes a few rows a call",
        )


@dataclass(frozen=True)
class Preferences:
    """What the choice of kernels is to be good for.

    objective: "speed", "size" or "balanced". flash_bytes, ram_bytes: budgets for the model's code
    and constants, and for its working memory, or "min" for the least of that. measurements: what
    kernels cost; None: what ships with the package. prefer_library: a linked library's kernels win
    wherever they apply.
    io: inputs and outputs are the "caller"'s, or lie in the "arena"; or the only input comes in
        "rows", a few a call, and never lies anywhere whole.
    place: rules for sections of the linker, as ``sections_of`` reads them. prefetch: the firmware
        is told of each layer before it runs, not only of those whose weights are placed.
    own_kernels: those that the model brings for some of its layers; nothing else computes them.
    """

    objective: str = "speed"
    flash_bytes: int | None = None
    ram_bytes: int | str | None = None
    measurements: Measurements | None = None
    prefer_library: bool = True
    io: str = "caller"
    place: tuple[str, ...] = ()
    prefetch: bool = False
    own_kernels: tuple[OwnKernel, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For JSON, without the measurements."""
        data: dict[str, Any] = {
            "objective": self.objective,
            "flash_bytes": self.flash_bytes,
            "ram_bytes": self.ram_bytes,
            "prefer_library": self.prefer_library,
            "io": self.io,
        }
        if self.place:
            data["place"] = list(self.place)
        if self.own_kernels:
            data["own_kernels"] = [own.as_data() for own in self.own_kernels]
        return data | ({"prefetch": True} if self.prefetch else {})

    @staticmethod
    def from_data(data: Mapping[str, Any], headers: Mapping[str, str]) -> Preferences:
        """The preferences of ``as_data``. headers: file name -> text, of kernels that the model
        brings. Raises TcmError, LookupError, TypeError or ValueError."""
        place = checked_place(data.get("place", ()))
        own = tuple(OwnKernel.from_data(each, headers) for each in data.get("own_kernels", ()))
        preferences = Preferences(**{**data, "place": place, "own_kernels": own})
        check_objective(preferences.objective)
        check_io(preferences.io)
        for budget in (preferences.flash_bytes, preferences.ram_bytes):
            if budget not in (None, LEAST) and int(budget) != budget:
                raise ValueError(f"a budget of {budget} bytes")
        if not isinstance(preferences.prefetch, bool):
            raise ValueError(f"prefetch is {preferences.prefetch}")
        return preferences

    def only_interface(self) -> Preferences:
        """What the emitted C shows to the firmware, without what kernels were chosen for, but with
        those that were given."""
        return Preferences(
            io=self.io, place=self.place, prefetch=self.prefetch, own_kernels=self.own_kernels
        )

    def on_host(self) -> Preferences:
        """What the same model has on this computer, where a kernel of its own may not compile."""
        portable = tuple(own for own in self.own_kernels if not own.kernel.needs)
        return Preferences(io=self.io, own_kernels=portable)


DEFAULT_PREFERENCES = Preferences()
