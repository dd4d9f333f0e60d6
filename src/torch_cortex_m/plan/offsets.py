"""Offsets for blocks with lifetimes: the offline dynamic storage allocation problem.

Greedy placement by decreasing size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural
Net Inference", 2020) from several orders, then a seeded local search over the order while the
result is above the lower bound.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
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
    bound = live_bytes(blocks)
    orders = [
        sorted(blocks, key=lambda b: (-b.size, b.first)),
        sorted(blocks, key=lambda b: (b.first - b.last, -b.size)),
        sorted(blocks, key=lambda b: (b.first, -b.size)),
        sorted(blocks, key=lambda b: (-b.size * (b.last - b.first + 1), b.first)),
    ]
    best_order = min(orders, key=lambda order: _place(order)[1])
    best, best_total = _place(best_order)
    generator = random.Random(0)
    for _ in range(SEARCH_STEPS if len(blocks) > 2 else 0):
        if best_total == bound:
            break
        order = list(best_order)
        i, j = generator.sample(range(len(order)), 2)
        order.insert(j, order.pop(i))
        offsets, total = _place(order)
        if total <= best_total:
            best_order, best, best_total = order, offsets, total
    return best, best_total


def _place(order: Sequence[MemoryBlock]) -> tuple[dict[str, int], int]:
    """Each block in turn at the lowest offset that is free during its life."""
    placed: list[tuple[int, MemoryBlock]] = []
    offsets: dict[str, int] = {}
    total = 0
    for block in order:
        offset = 0
        for other_offset, other in placed:
            if block.overlaps(other) and other_offset < offset + block.size:
                offset = max(offset, other_offset + other.size)
        placed.append((offset, block))
        placed.sort(key=lambda item: item[0])
        offsets[block.name] = offset
        total = max(total, offset + block.size)
    return offsets, total
