"""Offsets for blocks with lifetimes: the offline dynamic storage allocation problem.

Greedy placement by decreasing size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural
Net Inference", 2020) from several orders, then a seeded local search over the order while the
result is above the lower bound.

Blocks that are alive at one time lie apart, unless an ``Overlap`` says how the one may lie over the
other.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..ir.artifacts import Overlap

SEARCH_STEPS = 2000


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


@dataclass(frozen=True)
class Neighbour:
    """A block that is alive at some time of another one's life. ``above``: how the other one may
    lie over it; ``below``: how it may lie over the other one."""

    block: MemoryBlock
    above: Overlap | None = None
    below: Overlap | None = None

    def free_from(self, offset: int, size: int, place: int) -> int:
        """The lowest offset from this one on where ``size`` bytes may begin, if the neighbour lies
        at ``place``."""
        if offset + size <= place:
            return offset
        behind = max(offset, place + self.block.size)
        if self.above is not None:
            before = _before(offset, place, self.above)
            return behind if before is None else before
        if self.below is not None:
            distance = self.below.at_least(offset - place)
            return behind if distance is None else min(place + distance, behind)
        return behind


def _before(offset: int, place: int, overlap: Overlap) -> int | None:
    """The lowest offset from this one on that has an allowed distance before ``place``."""
    most = place - offset
    if most < overlap.distance:
        return None
    if overlap.step == 0:
        return place - overlap.distance
    return offset + (most - overlap.distance) % overlap.step


Neighbours = Mapping[str, Sequence[Neighbour]]
"""Name of a block -> its neighbours."""


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


def assign_offsets(
    blocks: Sequence[MemoryBlock], overlaps: Overlaps | None = None
) -> tuple[dict[str, int], int]:
    """(block name -> offset, total bytes)."""
    if not blocks:
        return {}, 0
    bound, neighbours = live_bytes(blocks, overlaps), _neighbours(blocks, overlaps or {})
    orders = [
        sorted(blocks, key=lambda b: (-b.size, b.first)),
        sorted(blocks, key=lambda b: (b.first - b.last, -b.size)),
        sorted(blocks, key=lambda b: (b.first, -b.size)),
        sorted(blocks, key=lambda b: (-b.first, -b.size)),
        sorted(blocks, key=lambda b: (-b.size * (b.last - b.first + 1), b.first)),
    ]
    best_order = min(orders, key=lambda order: _place(order, neighbours)[1])
    best, best_total = _place(best_order, neighbours)
    generator = random.Random(0)
    for _ in range(SEARCH_STEPS if len(blocks) > 2 else 0):
        if best_total == bound:
            break
        order = list(best_order)
        i, j = generator.sample(range(len(order)), 2)
        order.insert(j, order.pop(i))
        offsets, total = _place(order, neighbours)
        if total <= best_total:
            best_order, best, best_total = order, offsets, total
    return best, best_total


def _neighbours(blocks: Sequence[MemoryBlock], overlaps: Overlaps) -> Neighbours:
    found: dict[str, list[Neighbour]] = {block.name: [] for block in blocks}

    def meet(block: MemoryBlock, other: MemoryBlock) -> None:
        above, below = (overlaps.get(pair) for pair in _pairs(block, other))
        found[block.name].append(Neighbour(other, above, below))

    alive: list[MemoryBlock] = []
    for block in sorted(blocks, key=lambda b: b.first):
        alive = [other for other in alive if other.last >= block.first]
        for other in alive:
            if block.overlaps(other):
                meet(block, other)
                meet(other, block)
        alive.append(block)
    return found


def _pairs(block: MemoryBlock, other: MemoryBlock) -> tuple[tuple[str, str], tuple[str, str]]:
    return (block.name, other.name), (other.name, block.name)


def _place(order: Sequence[MemoryBlock], neighbours: Neighbours) -> tuple[dict[str, int], int]:
    """Each block in turn at the lowest offset that is free during its life."""
    offsets: dict[str, int] = {}
    total = 0
    for block in order:
        placed = [other for other in neighbours[block.name] if other.block.name in offsets]
        offset = _lowest(block.size, [(other, offsets[other.block.name]) for other in placed])
        offsets[block.name] = offset
        total = max(total, offset + block.size)
    return offsets, total


def _lowest(size: int, placed: Sequence[tuple[Neighbour, int]]) -> int:
    """The lowest offset that all neighbours allow."""
    offset, before = 0, -1
    while offset != before:
        before = offset
        for neighbour, place in placed:
            offset = neighbour.free_from(offset, size, place)
    return offset
