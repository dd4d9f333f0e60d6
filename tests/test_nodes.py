"""The list of nodes knows what computes and what reads a value as a search through it finds."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from torch_cortex_m.ir import Node, NodeList

VALUES = [f"v{index}" for index in range(4)]


@st.composite
def node(draw: st.DrawFn, name: str) -> Node:
    """With one output or two of its own; it may read a value several times."""
    inputs = draw(st.lists(st.sampled_from([*VALUES, None]), max_size=3))
    outputs = [f"{name}.{index}" for index in range(draw(st.integers(1, 2)))]
    return Node(None, tuple(inputs), tuple(outputs))


def check(found: NodeList, expected: Sequence[Node]) -> None:
    assert list(found) == list(expected)
    assert list(reversed(found)) == list(reversed(expected))
    assert len(found) == len(expected)
    for value in VALUES:
        assert found.users(value) == [each for each in expected if value in each.inputs]
    for each in expected:
        assert all(found.producer(output) is each for output in each.outputs)


@given(st.data())
def test_every_edit_is_seen(data: st.DataObject) -> None:
    expected = [data.draw(node(f"first{index}")) for index in range(data.draw(st.integers(0, 4)))]
    found = NodeList(expected)
    for step in range(data.draw(st.integers(1, 8))):
        edits = ["append", "remove", "replace", "move"] if len(expected) > 1 else ["append"]
        edit = data.draw(st.sampled_from(edits))
        place = data.draw(st.integers(0, max(0, len(expected) - 1)))
        new = data.draw(node(f"step{step}"))
        if edit == "append":
            found.append(new)
            expected.append(new)
        elif edit == "remove":
            gone = expected.pop(place)
            found.remove(gone)
            assert all(found.producer(output) is None for output in gone.outputs)
        elif edit == "replace":
            found.replace(expected[place], new)
            expected[place] = new
        else:
            moved = expected.pop(place)
            before = data.draw(st.sampled_from(expected))
            expected.insert(expected.index(before), moved)
            found.move_before(before, moved)
        check(found, expected)


def test_a_node_that_takes_over_an_output_computes_it() -> None:
    first, second = Node(None, ("v0",), ("y",)), Node(None, ("v1", "v1"), ("y",))
    nodes = NodeList([first])
    nodes.replace(first, second)
    assert nodes.producer("y") is second
    assert (nodes.users("v0"), nodes.users("v1")) == ([], [second])
