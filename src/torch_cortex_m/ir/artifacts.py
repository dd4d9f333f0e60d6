"""What one stage hands to the next, as data: no stage imports another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import lcm, log10
from typing import NamedTuple

from .regions import Region

ALIGNMENT = 16
"""Bytes; every block of the arena starts at a multiple (the width of an MVE register)."""


def aligned(size: int) -> int:
    """The bytes that a block of this size takes."""
    return -(-size // ALIGNMENT) * ALIGNMENT


class Overlap(NamedTuple):
    """How an output may lie over an argument that nothing needs afterwards.

    It may begin ``distance`` bytes before the argument (less than 0: behind its begin), or earlier
    by a multiple of ``step`` bytes; with step 0 nowhere else. Kernels that read an argument well
    before they write there have a small distance, 0 where they work in place.
    """

    distance: int
    step: int = 1

    def allows(self, distance: int) -> bool:
        more = distance - self.distance
        return more == 0 if self.step == 0 else more >= 0 and more % self.step == 0

    def at_least(self, distance: int) -> int | None:
        """The smallest distance from this one on that is allowed, if any is."""
        if distance <= self.distance:
            return self.distance
        if self.step == 0:
            return None
        return distance + (self.distance - distance) % self.step

    def moved(self, bytes: int) -> Overlap:
        """The same for what begins so many bytes before the argument, or behind the output."""
        return Overlap(self.distance - bytes, self.step)

    def aligned(self) -> Overlap | None:
        """Those of its distances that are multiples of ALIGNMENT, if there are any."""
        step = lcm(self.step, ALIGNMENT)
        candidates = range(self.distance, self.distance + max(step, 1), max(self.step, 1))
        first = next((found for found in candidates if found % ALIGNMENT == 0), None)
        return None if first is None else Overlap(first, step)

    def shared(self, output: int, argument: int) -> int:
        """The most bytes that an output and an argument of these sizes can share."""
        inside = self.at_least(min(0, output - argument))
        candidates = {self.distance, inside, None if inside is None else inside - self.step}
        found = (
            min(output, distance + argument) - max(0, distance)
            for distance in candidates
            if distance is not None and self.allows(distance)
        )
        return max(0, *found)


@dataclass(frozen=True)
class Location:
    """Where a value lives: ``offset`` bytes into the "arena", the "state" memory, an "input" or
    "output" of the caller (``port``) or a "constant" (``name``); or "rows" of it alone, in a window
    of a region."""

    kind: str
    port: int = 0
    name: str = ""
    offset: int = 0


@dataclass(frozen=True)
class Copy:
    """Bytes of a value that have to be somewhere else, too."""

    value: str
    source: Location
    destination: Location


class PortOffsets(NamedTuple):
    """Where the inputs and outputs of a model lie that has them in its arena."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class MemoryPlan:
    """Locations of all values and of the nodes' scratch memory.

    ``lower_bound`` is the largest number of bytes that are live at one time, less what may overlap
    there: no plan with the same kernels and order can use less. ``copies``, in order, follow the
    last node: outputs and states that were not computed where they have to be. ``state_bytes``:
    memory that lives between calls. ``strides``: value -> bytes from one row to the next, where
    these do not touch. ``hosted``: (node name, argument) of the parts that lie in the node's output
    already. ``ports``: None where inputs and outputs are the caller's. ``regions``: nodes that
    compute rows through windows, in order; ``windows``: (index of a region, value) -> the window's
    offset in the arena.
    """

    arena_bytes: int
    lower_bound: int
    locations: Mapping[str, Location]
    scratch: Mapping[str, int]
    copies: tuple[Copy, ...] = ()
    state_bytes: int = 0
    strides: Mapping[str, int] = field(default_factory=dict[str, int])
    hosted: frozenset[tuple[str, str]] = frozenset()
    ports: PortOffsets | None = None
    regions: tuple[Region, ...] = ()
    windows: Mapping[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])


@dataclass(frozen=True)
class Sections:
    """The linker's sections that the user chose: for the functions and the constants of nodes, by
    their names, for the arena and for the states. prefetch: whether every node is announced to the
    firmware, not only those whose constants have a section."""

    code: Mapping[str, str] = field(default_factory=dict[str, str])
    weights: Mapping[str, str] = field(default_factory=dict[str, str])
    arena: str = ""
    state: str = ""
    prefetch: bool = False

    def names(self) -> frozenset[str]:
        memory = {self.arena, self.state} - {""}
        return frozenset({*self.code.values(), *self.weights.values(), *memory})


NO_SECTIONS = Sections()
"""The compiler chooses."""


@dataclass(frozen=True)
class EmittedLayer:
    """One computing node in the emitted C, in order of execution; a traced run reports each of its
    ``outputs`` (value names), the only one in ``calls`` parts, one after the other."""

    name: str
    op: str
    kernel: str
    macs: int
    source: str
    outputs: tuple[str, ...]
    calls: int = 1


@dataclass(frozen=True)
class Program:
    """The emitted C: file name -> text, and what the other stages need to know of it.

    ports: None where inputs and outputs are the caller's.
    """

    prefix: str
    files: Mapping[str, str]
    layers: tuple[EmittedLayer, ...]
    constant_bytes: int
    arena_bytes: int
    input_bytes: tuple[int, ...]
    output_bytes: tuple[int, ...]
    input_types: tuple[str, ...]
    output_types: tuple[str, ...]
    state_bytes: int = 0
    libraries: tuple[str, ...] = ()
    ports: PortOffsets | None = None

    @property
    def signature(self) -> bytes:
        """8 bytes that tell the C, constants included, from that of any other model."""
        code = sorted(item for item in self.files.items() if item[0].endswith((".c", ".h")))
        return sha256(repr(code).encode()).digest()[:8]


class BasicBlock(NamedTuple):
    """A run of instructions that is entered at its first one; ``address`` is that one's."""

    address: int
    instructions: int


BlockFlow = Mapping[tuple[BasicBlock, BasicBlock], int]
"""What an emulated core executed: (block, the block after it) -> how often. Every execution of a
block counts once, with the block before it. Overhead that was taken off may leave negative counts.
"""


def flow_instructions(flow: BlockFlow) -> int:
    """The instructions that a flow executed."""
    return sum(count * block.instructions for (_, block), count in flow.items())


@dataclass(frozen=True)
class Folding:
    """What compiling removed because it is the same for every input.

    A channel whose values no input can change (such as one that training left at zero) goes into
    the bias of the layer that reads it, exactly.

    channels: the output channels of all layers with weights. macs: multiply-accumulates of one
    inference.
    """

    channels_before: int
    macs_before: int
    channels_after: int
    macs_after: int

    def __str__(self) -> str:
        return (
            f"{self.channels_before:,} -> {self.channels_after:,} channels, "
            f"{self.macs_before:,} -> {self.macs_after:,} MACs"
        )


class Removed(NamedTuple):
    """A node that a pass removed: its name, operator and place in the model, the pass, and the node
    that does its work now, "" where nothing is left to do or that is not known."""

    name: str
    op: str
    source: str
    by: str
    into: str = ""


MOST_DECIBELS = 120.0
"""A ratio of signal to noise that is as good as none at all."""


class Loss(NamedTuple):
    """What quantization costs a value, as the ratio of signal to quantization noise in decibels:
    the power of the float model's values over that of the error, at most MOST_DECIBELS.

    sqnr: with the errors of all layers before it. own_sqnr: where the layer that computes it reads
    the float model's values, quantized. rounding_sqnr: where the float model's values are rounded
    to its integers, which no layer can do better.
    """

    sqnr: float
    own_sqnr: float
    rounding_sqnr: float


def decibels(signal: float, noise: float) -> float:
    """The ratio of two powers, the first above 0, in steps that a report shows."""
    if noise <= signal / 10 ** (MOST_DECIBELS / 10):
        return MOST_DECIBELS
    return round(10 * log10(signal / noise), 2)
