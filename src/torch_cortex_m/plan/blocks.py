"""Blocks of memory with lifetimes, and how many bytes they take at least.

Blocks that are alive at one time lie apart, unless an ``Overlap`` says how the one may lie over the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..ir.artifacts import Overlap


@dataclass(frozen=True)
class MemoryBlock:
    """``size`` bytes that are live from node ``first`` to node ``last``, both included.

    busy: bits of the turns at which they are live, where these nodes take turns (as those of a
    region do); None: all the time.
    """

    name: str
    size: int
    first: int
    last: int
    busy: int | None = None

    def overlaps(self, other: MemoryBlock) -> bool:
        if self.first > other.last or other.first > self.last:
            return False
        return self.common_turns(other) != 0

    def common_turns(self, other: MemoryBlock) -> int | None:
        """Bits of the turns at which both are live; None where they do not take turns."""
        if self.busy is None or other.busy is None:
            return None
        return self.busy & other.busy


Overlaps = Mapping[tuple[str, str], Overlap]
"""(block, another one whose last node is the first of the block, or that takes turns with it) ->
how the block may lie over it; distances and steps are aligned."""


def live_bytes(blocks: Sequence[MemoryBlock], overlaps: Overlaps | None = None) -> int:
    """The largest number of bytes live at one node, less what blocks may share there at best: a
    lower bound for any placement."""
    named = {block.name: block for block in blocks}
    in_turns = _shared_in_turns(named, overlaps or {})
    live = {time: 0 for block in blocks for time in (block.first, block.last)}
    for time in live:
        alive = [block for block in blocks if block.first <= time <= block.last]
        live[time] = _most_live(alive, in_turns)
    shared: dict[tuple[str, int], int] = {}
    for (name, other), overlap in (overlaps or {}).items():
        if named[name].common_turns(named[other]) is not None:
            continue
        size, last = named[name].size, named[other].last
        found = overlap.shared(size, named[other].size)
        for time in (time for time in live if named[name].first <= time <= last):
            shared[name, time] = min(size, shared.get((name, time), 0) + found)
    for (_, time), saved in shared.items():
        live[time] -= saved
    return max(live.values(), default=0)


def _shared_in_turns(
    named: Mapping[str, MemoryBlock], overlaps: Overlaps
) -> dict[str, tuple[int, int]]:
    """Block -> (the turns at which it may share memory, the bytes at best)."""
    found: dict[str, tuple[int, int]] = {}
    for (name, other), overlap in overlaps.items():
        block, argument = named[name], named[other]
        common = block.common_turns(argument)
        if common is not None:
            turns, bytes = found.get(name, (0, 0))
            bytes += overlap.shared(block.size, argument.size)
            found[name] = (turns | common, min(bytes, block.size))
    return found


def _most_live(blocks: Sequence[MemoryBlock], shared: Mapping[str, tuple[int, int]]) -> int:
    """The bytes of these blocks, less the shared ones, at the turn at which that is most."""
    always = sum(block.size for block in blocks if block.busy is None)
    turns = [(block.busy, block.size) for block in blocks if block.busy is not None]
    turns += [(busy, -bytes) for b in blocks for busy, bytes in [shared.get(b.name, (0, 0))]]
    if not turns:
        return always
    length = max(busy.bit_length() for busy, _ in turns) // 8 + 1
    live = np.zeros(8 * length, np.int64)
    for busy, size in turns:
        data = np.frombuffer(busy.to_bytes(length, "little"), np.uint8)
        live += size * np.unpackbits(data).astype(np.int64)
    return always + int(live.max())
