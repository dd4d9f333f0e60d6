"""Offsets for blocks with lifetimes: the offline dynamic storage allocation problem.

Greedy placement by decreasing size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural
Net Inference", 2020) from several orders, then a seeded local search over the order while the
result is above the lower bound.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..ir.artifacts import Overlap
from .blocks import MemoryBlock, Overlaps, live_bytes

SEARCHES, SEARCH_STEPS = 2, 1000
"""From the lowest offset up, and as many from the highest one down."""


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


@dataclass(frozen=True)
class Neighbours:
    """Of a block: name and size of those that lie apart from it, and the others."""

    apart: list[tuple[str, int]]
    overlapping: list[Neighbour]

    def names(self) -> set[str]:
        return {name for name, _ in self.apart} | {each.block.name for each in self.overlapping}


def assign_offsets(
    blocks: Sequence[MemoryBlock], overlaps: Overlaps | None = None
) -> tuple[dict[str, int], int]:
    """(block name -> offset, total bytes)."""
    if not blocks:
        return {}, 0
    overlaps, bound = overlaps or {}, live_bytes(blocks, overlaps)
    search = OffsetSearch(blocks, overlaps, bound)
    best = search.begin()
    if best.total > bound:
        other = OffsetSearch(blocks, _upside_down(blocks, overlaps), bound)
        best = min(search.run(), other.run().upside_down(), key=lambda found: found.total)
    return best.offsets, best.total


@dataclass(frozen=True)
class Placement:
    """Offsets of blocks that were placed in this order."""

    order: Sequence[MemoryBlock]
    offsets: dict[str, int]
    total: int

    def upside_down(self) -> Placement:
        ends = {block.name: self.offsets[block.name] + block.size for block in self.order}
        return Placement(self.order, {n: self.total - e for n, e in ends.items()}, self.total)


def _upside_down(blocks: Sequence[MemoryBlock], overlaps: Overlaps) -> Overlaps:
    """How blocks may lie over each other if the arena's last byte is the first."""
    sizes = {block.name: block.size for block in blocks}
    return {
        (other, name): Overlap(each.distance + sizes[other] - sizes[name], each.step)
        for (name, other), each in overlaps.items()
    }


class OffsetSearch:
    """Changes the order in which blocks are placed. Until some block ends lower that reaches the
    top, nothing is won, so that every second move is of one near such a block."""

    def __init__(self, blocks: Sequence[MemoryBlock], overlaps: Overlaps, bound: int) -> None:
        self.blocks, self.bound = blocks, bound
        self.neighbours = _neighbours(blocks, overlaps)

    @cached_property
    def near(self) -> dict[str, set[str]]:
        """Name of a block -> its neighbours, theirs, and itself."""
        beside = {name: each.names() | {name} for name, each in self.neighbours.items()}
        return {n: {far for other in near for far in beside[other]} for n, near in beside.items()}

    def begin(self) -> Placement:
        """The best of the orders that mostly are good ones."""
        nothing = Placement((), {}, sys.maxsize)
        tried = (_placed(order, self.neighbours, nothing) for order in _orders(self.blocks))
        return min((found for found in tried if found is not None), key=lambda found: found.total)

    def run(self) -> Placement:
        found = self.begin()
        if len(self.blocks) > 2:
            tried = [self._run(found, random.Random(seed)) for seed in range(SEARCHES)]
            found = min(tried, key=lambda each: each.total)
        return found

    def _run(self, best: Placement, generator: random.Random) -> Placement:
        for _ in range(SEARCH_STEPS):
            if best.total == self.bound:
                break
            order = list(best.order)
            i, j = generator.sample(range(len(order)), 2)
            if generator.random() < 0.5:
                i = generator.choice(self._near_top(best))
            order.insert(j, order.pop(i))
            best = _placed(order, self.neighbours, best, min(i, j)) or best
        return best

    def _near_top(self, found: Placement) -> list[int]:
        """The places in the order of blocks that are in the way of one that reaches the top, or in
        the way of such a block."""
        top = next(b for b in found.order if found.offsets[b.name] + b.size == found.total)
        return [i for i, block in enumerate(found.order) if block.name in self.near[top.name]]


def _orders(blocks: Sequence[MemoryBlock]) -> list[list[MemoryBlock]]:
    """What lies in the arena through many nodes decides where all the rest can be, so that some
    have that before what takes turns."""
    return [
        sorted(blocks, key=lambda b: (-b.size, b.first)),
        sorted(blocks, key=lambda b: (b.first - b.last, -b.size)),
        sorted(blocks, key=lambda b: (b.first, -b.size)),
        sorted(blocks, key=lambda b: (-b.first, -b.size)),
        sorted(blocks, key=lambda b: (-b.size * (b.last - b.first + 1), b.first)),
        sorted(blocks, key=lambda b: (b.busy is not None, b.first, -b.size)),
        sorted(blocks, key=lambda b: (b.busy is not None, -b.first, -b.size)),
    ]


def _neighbours(blocks: Sequence[MemoryBlock], overlaps: Overlaps) -> dict[str, Neighbours]:
    """By name."""
    found = {block.name: Neighbours([], []) for block in blocks}

    def meet(block: MemoryBlock, other: MemoryBlock) -> None:
        above, below = (overlaps.get(pair) for pair in _pairs(block, other))
        if above is None and below is None:
            found[block.name].apart.append((other.name, other.size))
        else:
            found[block.name].overlapping.append(Neighbour(other, above, below))

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


def _placed(
    order: Sequence[MemoryBlock],
    neighbours: Mapping[str, Neighbours],
    before: Placement,
    same: int = 0,
) -> Placement | None:
    """Each block in turn at the lowest offset that is free during its life; the first ``same`` as
    they were before. None where that takes more than before."""
    kept = order[:same]
    offsets = {block.name: before.offsets[block.name] for block in kept}
    total = max((offsets[block.name] + block.size for block in kept), default=0)
    for block in order[same:]:
        offset = _lowest(block.size, neighbours[block.name], offsets)
        offsets[block.name] = offset
        end = offset + block.size
        if end > total:
            total = end
            if total > before.total:
                return None
    return Placement(order, offsets, total)


def _lowest(size: int, neighbours: Neighbours, offsets: Mapping[str, int]) -> int:
    """The lowest offset that all neighbours that have one allow."""
    apart = sorted([(offsets[n], offsets[n] + s) for n, s in neighbours.apart if n in offsets])
    others = [(n, offsets[n.block.name]) for n in neighbours.overlapping if n.block.name in offsets]
    offset = _beside(apart, size, 0)
    before = offset if not others else -1
    while offset != before:
        before = offset
        for neighbour, place in others:
            offset = neighbour.free_from(offset, size, place)
        offset = _beside(apart, size, offset)
    return offset


def _beside(apart: Sequence[tuple[int, int]], size: int, offset: int) -> int:
    """The lowest offset from this one on that none of these, in order, are in the way of."""
    for begin, end in apart:
        if offset + size <= begin:
            break
        if end > offset:
            offset = end
    return offset
