"""What one stage hands to the next, as data: no stage imports another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

ALIGNMENT = 16
"""Bytes; every block of the arena starts at a multiple (the width of an MVE register)."""


@dataclass(frozen=True)
class Location:
    """Where a value lives: ``offset`` bytes into the "arena", the "state" memory, an "input" or
    "output" of the caller (``port``) or a "constant" (``name``)."""

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


@dataclass(frozen=True)
class MemoryPlan:
    """Locations of all values and of the nodes' scratch memory.

    ``lower_bound`` is the largest number of bytes that are live at one time: no plan with the same
    sharing can use less. ``copies``, in order, follow the last node: outputs and states that were
    not computed where they have to be. ``state_bytes``: memory that lives between calls.
    ``strides``: value -> bytes from one row to the next, where these do not touch.
    ``hosted``: (node name, argument) of the parts that lie in the node's output already.
    """

    arena_bytes: int
    lower_bound: int
    locations: Mapping[str, Location]
    scratch: Mapping[str, int]
    copies: tuple[Copy, ...] = ()
    state_bytes: int = 0
    strides: Mapping[str, int] = field(default_factory=dict[str, int])
    hosted: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class EmittedLayer:
    """One computing node in the emitted C, in order of execution; a traced run reports each of its
    ``outputs`` (value names)."""

    name: str
    op: str
    kernel: str
    macs: int
    source: str
    outputs: tuple[str, ...]


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
    state_bytes: int = 0
    libraries: tuple[str, ...] = ()


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
