"""Offsets for blocks with lifetimes: the offline dynamic storage allocation problem.

Greedy placement by decreasing size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural
Net Inference", 2020) from several orders, then a seeded local search over the order while the
result is above the lower bound.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SEARCH_STEPS = 2000


@dataclass(frozen=True)
class MemoryBlock:
    """``size`` bytes that are live from node ``first`` to node ``last``, both included."""

    name: str
    size: int
    first: int
    last: int

    def overlaps(self, other: MemoryBlock) -> bool:
        return self.first <= other.last and other.first <= self.last


Neighbours = Mapping[str, Sequence[MemoryBlock]]
"""Name of a block -> the blocks that are live at some time of its life."""


def live_bytes(blocks: Sequence[MemoryBlock]) -> int:
    """The largest number of bytes live at one node: a lower bound for any placement."""
    times = {block.first for block in blocks}
    return max(
        (sum(b.size for b in blocks if b.first <= time <= b.last) for time in times), default=0
    )


def assign_offsets(blocks: Sequence[MemoryBlock]) -> tuple[dict[str, int], int]:
    """(block name -> offset, total bytes). Blocks that are live together do not overlap."""
    if not blocks:
        return {}, 0
    bound, neighbours = live_bytes(blocks), _neighbours(blocks)
    orders = [
        sorted(blocks, key=lambda b: (-b.size, b.first)),
        sorted(blocks, key=lambda b: (b.first - b.last, -b.size)),
        sorted(blocks, key=lambda b: (b.first, -b.size)),
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


def _neighbours(blocks: Sequence[MemoryBlock]) -> Neighbours:
    found: dict[str, list[MemoryBlock]] = {block.name: [] for block in blocks}
    alive: list[MemoryBlock] = []
    for block in sorted(blocks, key=lambda b: b.first):
        alive = [other for other in alive if other.last >= block.first]
        for other in alive:
            found[block.name].append(other)
            found[other.name].append(block)
        alive.append(block)
    return found


def _place(order: Sequence[MemoryBlock], neighbours: Neighbours) -> tuple[dict[str, int], int]:
    """Each block in turn at the lowest offset that is free during its life."""
    offsets: dict[str, int] = {}
    total = 0
    for block in order:
        others = (other for other in neighbours[block.name] if other.name in offsets)
        offset = 0
        for start, size in sorted((offsets[other.name], other.size) for other in others):
            if start < offset + block.size:
                offset = max(offset, start + size)
        offsets[block.name] = offset
        total = max(total, offset + block.size)
    return offsets, total
