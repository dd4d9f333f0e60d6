"""Microcontrollers that are made of a core, and what lies between it and its flash."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .cores import CORES
from .types import Target

KILOBYTE = 1 << 10


@dataclass(frozen=True)
class Cache:
    """bytes: of all lines. ways: in how many places of a set a line may lie."""

    bytes: int
    line_bytes: int
    ways: int


@dataclass(frozen=True)
class Part:
    """A microcontroller at its highest clock.

    code: the cache of instructions. constants: that of data in flash; None where it is the same.
    prefetch: whether the next line of code is fetched while one is executed.
    fill_cycles: of waiting for a line that is missing: until its first bytes come, and until all of
    it is there. Which one counts depends on what the core wants next.
    flash_bytes: None where flash is external. source: where all of this is said.
    """

    name: str
    core: str
    megahertz: int
    flash_bytes: int | None
    ram_bytes: int
    code: Cache
    constants: Cache | None
    prefetch: bool
    fill_cycles: tuple[int, int]
    source: str

    @property
    def target(self) -> Target:
        """The core, with the part's memory as its limits."""
        return replace(
            CORES[self.core],
            flash_bytes=self.flash_bytes,
            ram_bytes=self.ram_bytes,
            part=self.name,
        )


_XIP = Cache(16 * KILOBYTE, 8, 2)
# Address, mode and dummy take 12 clocks of quad SPI, the two words of a line 8 each, all of them at
# half of the core's clock.
_XIP_FILL = (40, 56)

PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part(
            "stm32f411",
            "cortex-m4",
            100,
            512 * KILOBYTE,
            128 * KILOBYTE,
            code=Cache(64 * 16, 16, 64),
            constants=Cache(8 * 16, 16, 8),
            prefetch=True,
            fill_cycles=(3, 4),
            source="RM0383, embedded flash memory interface: 3 wait states, lines of 128 bits",
        ),
        Part(
            "stm32l4r5",
            "cortex-m4",
            120,
            2048 * KILOBYTE,
            640 * KILOBYTE,
            code=Cache(32 * 32, 32, 32),
            constants=Cache(8 * 32, 32, 8),
            prefetch=True,
            fill_cycles=(5, 23),
            source="RM0432, embedded flash memory: 5 wait states, lines of 4 x 64 bits",
        ),
        Part(
            "stm32u575",
            "cortex-m33",
            160,
            2048 * KILOBYTE,
            768 * KILOBYTE,
            code=Cache(8 * KILOBYTE, 16, 2),
            constants=None,
            prefetch=True,
            fill_cycles=(4, 8),
            source="RM0456, instruction cache and embedded flash memory: 4 wait states, lines of "
            "128 bits",
        ),
        Part(
            "rp2040",
            "cortex-m0plus",
            133,
            None,
            264 * KILOBYTE,
            code=_XIP,
            constants=None,
            prefetch=False,
            fill_cycles=_XIP_FILL,
            source="RP2040 datasheet, 2.6.3 (flash): a 16 KB cache before quad SPI",
        ),
        Part(
            "rp2350",
            "cortex-m33",
            150,
            None,
            520 * KILOBYTE,
            code=_XIP,
            constants=None,
            prefetch=False,
            fill_cycles=_XIP_FILL,
            source="RP2350 datasheet, 4.4 (external flash): a 16 KB cache before quad SPI",
        ),
    )
}
"""Part name -> the part."""
