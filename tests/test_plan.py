"""The memory plan: nothing that is alive together overlaps, and little is wasted."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ir.artifacts import ALIGNMENT
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.plan.blocks import MemoryBlock, live_bytes
from torch_cortex_m.plan.offsets import Neighbour, assign_offsets
from torch_cortex_m.target import find_target


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


def test_values_of_odd_sizes_begin_at_aligned_offsets() -> None:
    """Kernels read words and vectors from them."""
    graph, q = Graph("model"), Quantization(0.1, 0)
    value = graph.add_input("x", TensorType((1, 5), "int8", q))
    for _ in range(6):
        constants = (
            graph.add_constant("weight", np.ones((5, 5), np.int8)),
            None,
            graph.add_constant("multipliers", np.full(5, 1 << 30, np.int32)),
            graph.add_constant("shifts", np.full(5, -3, np.int32)),
        )
        value = graph.add_node(Linear(), (value, *constants), "y", quantization=q)
    graph.outputs.append(Port(value, (1, 5)))
    for core in ("host", "cortex-m55"):
        plan = generate(graph, find_target(core)).plan
        offsets = [place.offset for place in plan.locations.values() if place.kind == "arena"]
        assert len(set(offsets)) > 1
        assert not any(offset % ALIGNMENT for offset in [*offsets, *plan.scratch.values()])


def test_a_gap_of_just_the_size_is_used() -> None:
    assert Neighbour(MemoryBlock("behind", 32, 0, 0)).free_from(0, 16, 16) == 0
