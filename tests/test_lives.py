"""How many bytes are live at a time, and how many an output may share, in a chain of layers."""

from __future__ import annotations

import numpy as np
import pytest

from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ir.artifacts import Overlap
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.plan import Lives

SAME_PLACE = Overlap(0, step=0)


def dense(graph: Graph, value: str, outputs: int, name: str) -> str:
    inputs = graph.types[value].shape[-1]
    constants = (
        graph.add_constant("weight", np.ones((outputs, inputs), np.int8)),
        None,
        graph.add_constant("multipliers", np.full(outputs, 1 << 30, np.int32)),
        graph.add_constant("shifts", np.full(outputs, -3, np.int32)),
    )
    return graph.add_node(Linear(), (value, *constants), name)


@pytest.fixture
def chain() -> Graph:
    """x, of 64 bytes -> a, 30 -> b, 48 -> c, 16."""
    graph = Graph("model")
    value = graph.add_input("x", TensorType((1, 64)))
    for outputs, name in ((30, "a"), (48, "b"), (16, "c")):
        value = dense(graph, value, outputs, name)
    graph.outputs.append(Port(value, (1, 16)))
    return graph


def test_values_live_from_their_node_to_the_last_that_reads_them(chain: Graph) -> None:
    lives = Lives(chain, ports_in_arena=False)
    assert lives.sizes == {"a": 32, "b": 48}
    assert [lives.bytes(time, time) for time in range(3)] == [32, 80, 48]
    assert lives.bytes(0, 2) == lives.bytes(0, 1) == 80
    assert lives.bytes(1, 2, without={"a"}) == 48
    assert [lives.after(time) for time in range(3)] == [32, 48, 0]


def test_ports_in_the_arena_live_before_and_behind_all_nodes(chain: Graph) -> None:
    lives = Lives(chain, ports_in_arena=True)
    assert lives.sizes == {"x": 64, "a": 32, "b": 48, "c": 16}
    assert [lives.bytes(time, time) for time in range(3)] == [96, 80, 64]
    assert [lives.after(time) for time in range(-1, 3)] == [64, 32, 48, 16]


def test_an_output_shares_what_dies_where_it_begins(chain: Graph) -> None:
    first, second, third = chain.nodes
    for in_arena, shared in ((False, [0, 32, 0]), (True, [32, 32, 16])):
        lives = Lives(chain, ports_in_arena=in_arena)
        overlaps = {"input": SAME_PLACE, "bias": SAME_PLACE}
        found = [lives.shared(time, node, overlaps) for time, node in enumerate(chain.nodes)]
        assert found == shared
        assert lives.shared(1, second, {"weight": SAME_PLACE}) == 0
        assert lives.shared(1, second, {"input": Overlap(32, step=0)}) == 16
        assert lives.shared(1, first, overlaps) == lives.shared(1, third, overlaps) == 0


def test_a_value_that_is_read_again_is_not_shared(chain: Graph) -> None:
    again = dense(chain, "a", 16, "d")
    chain.outputs.append(Port(again, (1, 16)))
    lives = Lives(chain, ports_in_arena=False)
    assert lives.shared(1, chain.nodes[1], {"input": SAME_PLACE}) == 0
    assert [lives.after(time) for time in range(4)] == [32, 80, 32, 0]


def test_values_of_nodes_that_take_turns_live_as_long_as_all_of_them(chain: Graph) -> None:
    lives = Lives(chain, ports_in_arena=True)
    assert lives.times.first == {"x": -1, "a": 0, "b": 1, "c": 2}
    assert lives.times.last == {"x": 0, "a": 1, "b": 2, "c": 3} | constants(chain, 0, 1, 2)
    turns = lives.taking_turns(0, 1)
    assert turns.first == {"x": -1, "a": 0, "b": 0, "c": 2}
    assert turns.last == {"x": 1, "a": 1, "b": 2, "c": 3} | constants(chain, 1, 1, 2)


def constants(graph: Graph, *times: int) -> dict[str, int]:
    """The times at which the constants of each node are read."""
    return {
        value: time
        for node, time in zip(graph.nodes, times, strict=True)
        for value in node.inputs
        if value in graph.constants
    }
