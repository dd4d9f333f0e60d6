"""What one stage hands to the next, as data: no stage imports another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ALIGNMENT = 16
"""Bytes; every block of the arena starts at a multiple (the width of an MVE register)."""


@dataclass(frozen=True)
class Location:
    """Where a value lives: kind "arena" (index = byte offset), "input" or "output" (index = port)
    or "constant" (``name``, which differs from the value where that is a view of it)."""

    kind: str
    index: int = 0
    name: str = ""


@dataclass(frozen=True)
class MemoryPlan:
    """Locations of all values and of the nodes' scratch memory.

    ``lower_bound`` is the largest number of bytes that are live at one time: no plan with the same
    sharing can use less. ``copies`` lists (value, output port) that the caller's buffer still
    needs after the last node, because the value lives elsewhere.
    """

    arena_bytes: int
    lower_bound: int
    locations: Mapping[str, Location]
    scratch: Mapping[str, int]
    copies: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class EmittedLayer:
    """One computing node in the emitted C, in order of execution."""

    name: str
    op: str
    kernel: str
    macs: int
    source: str
    output_bytes: int


@dataclass(frozen=True)
class Program:
    """The emitted C: file name -> text, and what the other stages need to know of it."""

    prefix: str
    files: Mapping[str, str]
    layers: tuple[EmittedLayer, ...]
    constant_bytes: int
    arena_bytes: int
    input_bytes: tuple[int, ...]
    output_bytes: tuple[int, ...]
    input_types: tuple[str, ...]
    output_types: tuple[str, ...]
    libraries: tuple[str, ...] = ()
