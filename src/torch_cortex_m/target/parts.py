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

    code: the cache of instructions; None where its maker does not say how large it is. constants:
    that of data in flash; None where it is the same. prefetch: whether the next line of code is
    fetched while one is executed.
    fill_cycles: of waiting for a line that is missing: until its first bytes come, and until all of
    it is there. Which one counts depends on what the core wants next. None where nobody says.
    flash_bytes: None where flash is external. ram_bytes: of the largest memory where there are
    several. source: where all of this is said.
    """

    name: str
    core: str
    megahertz: int
    flash_bytes: int | None
    ram_bytes: int
    code: Cache | None
    constants: Cache | None
    prefetch: bool
    fill_cycles: tuple[int, int] | None
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

    @property
    def tells_waiting(self) -> bool:
        """Whether the waiting for flash can be counted."""
        return self.code is not None and self.fill_cycles is not None

    @property
    def fetch_cycles(self) -> float:
        """Of a byte of constants: the middle of ``fill_cycles`` for a line; 0 where these are not
        known."""
        cache = self.constants or self.code
        if cache is None or self.fill_cycles is None:
            return 0
        return sum(self.fill_cycles) / 2 / cache.line_bytes


_XIP = Cache(16 * KILOBYTE, 8, 2)
# Address, mode and dummy take 12 clocks of quad SPI, the two words of a line 8 each, all of them at
# half of the core's clock.
_XIP_FILL = (40, 56)


def _with_core_caches(
    name: str,
    core: str,
    megahertz: int,
    kilobytes: tuple[int, int],
    caches: int,
    fill_cycles: tuple[int, int] | None,
    source: str,
) -> Part:
    """A part whose core brings its caches along, of so many kilobytes each. kilobytes: of flash
    and of RAM. Source of their form: Arm's manuals of the cores."""
    flash_bytes, ram_bytes = (KILOBYTE * size for size in kilobytes)
    code, constants = (Cache(caches * KILOBYTE, 32, ways) for ways in (2, 4))
    return Part(
        name, core, megahertz, flash_bytes, ram_bytes, code, constants, False, fill_cycles, source
    )


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
        _with_core_caches(
            "stm32h743",
            "cortex-m7",
            480,
            (2048, 512),
            16,
            # Five clocks of a bus at half the core's until the first eight bytes of 32.
            (10, 16),
            "RM0433, embedded flash memory: 4 wait states, 64 bits a clock of the bus",
        ),
        Part(
            "nrf52840",
            "cortex-m4",
            64,
            1024 * KILOBYTE,
            256 * KILOBYTE,
            code=None,
            constants=None,
            prefetch=False,
            fill_cycles=None,
            source="nRF52840 product specification, NVMC: a cache of instructions, no size",
        ),
        Part(
            "nrf5340",
            "cortex-m33",
            128,
            1024 * KILOBYTE,
            512 * KILOBYTE,
            code=Cache(8 * KILOBYTE, 16, 2),
            constants=None,
            prefetch=False,
            fill_cycles=None,
            source="nRF5340 product specification, CACHE: two ways, lines of 128 bits",
        ),
        Part(
            "apollo4",
            "cortex-m4",
            192,
            2048 * KILOBYTE,
            1024 * KILOBYTE,
            code=Cache(64 * KILOBYTE, 16, 2),
            constants=None,
            prefetch=False,
            fill_cycles=None,
            source="Apollo4 Plus datasheet: MRAM behind a cache of 64 KB in two ways",
        ),
        _with_core_caches(
            "ra8d1",
            "cortex-m85",
            480,
            (2048, 896),
            16,
            None,
            "RA8D1 datasheet: caches of 16 KB each",
        ),
        _with_core_caches(
            "alif-e7",
            "cortex-m55",
            400,
            (5632, 4096),
            32,
            None,
            "Ensemble E7 datasheet, the high-performance core: MRAM, caches of 32 KB each",
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


def part_with_waiting(target: Target) -> Part | None:
    """The part that the target is, if the waiting for flash can be counted there."""
    part = PARTS.get(target.part)
    return part if part is not None and part.tells_waiting else None
