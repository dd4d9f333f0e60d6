"""Counts what a part's caches would fetch from flash, with a plugin of ours (count_misses.c)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..target import Cache, MemoryRegion, Part
from .plugins import plugin_arguments, read_output

PLUGIN = "count_misses"


class Misses(NamedTuple):
    """Lines that were fetched: of code, those among them that follow the line before, and of
    constants."""

    code: int
    in_order: int
    constants: int


def counting_misses(
    qemu: str, image: Path, part: Part, flash: MemoryRegion, *, cold: bool = False
) -> list[str]:
    """flash: where the image has code and constants. cold: caches are empty at each phase's start,
    else they have what the phase before left. Arguments and exceptions as of
    ``plugin_arguments``."""
    caches = {"code": part.code, "constants": part.constants}
    return plugin_arguments(
        PLUGIN,
        qemu,
        image,
        **{"from": hex(flash.origin), "to": hex(flash.origin + flash.length)},
        **{name: _cache(cache) for name, cache in caches.items() if cache is not None},
        **({"cold": 1} if cold else {}),
    )


def _cache(cache: Cache) -> str:
    return f"{cache.bytes}:{cache.line_bytes}:{cache.ways}"


def read_misses(folder: Path) -> list[Misses]:
    """Of the phases of ``read_phases``. Raises TcmError if QEMU did not run the plugin."""
    return [Misses(*map(int, line.split())) for line in read_output(PLUGIN, folder)]


def waiting_cycles(part: Part, misses: Misses) -> tuple[int, int] | None:
    """The fewest and the most that the core waits: for the first bytes of each line, with those
    that are prefetched in time, and for whole lines. None where nobody says how long these take."""
    if part.fill_cycles is None:
        return None
    first, whole = part.fill_cycles
    in_time = misses.in_order if part.prefetch else 0
    fewest = first * (misses.code - in_time + misses.constants)
    return fewest, whole * (misses.code + misses.constants)
