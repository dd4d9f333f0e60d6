"""The memory plan: nothing that is alive together overlaps, and little is wasted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m.plan.offsets import MemoryBlock, assign_offsets, live_bytes


@st.composite
def blocks(draw: st.DrawFn) -> list[MemoryBlock]:
    count = draw(st.integers(0, 12))
    result = []
    for index in range(count):
        first = draw(st.integers(0, 15))
        last = draw(st.integers(first, 16))
        result.append(MemoryBlock(f"b{index}", draw(st.integers(1, 40)) * 16, first, last))
    return result


@given(blocks())
@settings(deadline=None, max_examples=150)
def test_blocks_that_are_alive_together_do_not_overlap(items: list[MemoryBlock]) -> None:
    offsets, total = assign_offsets(items)
    assert live_bytes(items) <= total <= sum(block.size for block in items)
    for i, one in enumerate(items):
        assert offsets[one.name] + one.size <= total
        for other in items[i + 1 :]:
            if one.overlaps(other):
                a, b = offsets[one.name], offsets[other.name]
                assert a + one.size <= b or b + other.size <= a


def test_a_chain_needs_its_two_largest_neighbours() -> None:
    sizes = [64, 1024, 256, 2048, 512]
    chain = [MemoryBlock(f"v{i}", size, i, i + 1) for i, size in enumerate(sizes)]
    assert assign_offsets(chain)[1] == live_bytes(chain) == 2048 + 512


def test_the_same_blocks_get_the_same_offsets() -> None:
    items = [MemoryBlock(f"v{i}", 16 * (1 + i * 7 % 5), i % 4, i % 4 + 3) for i in range(10)]
    assert assign_offsets(items) == assign_offsets(items)
