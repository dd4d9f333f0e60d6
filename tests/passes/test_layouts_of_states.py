"""choose_layouts with states, which take the layout of what reads and what replaces them, and
beside nodes with several outputs, whose values keep theirs."""

from __future__ import annotations

import numpy as np
import pytest
from graph_builder import GraphBuilder

from torch_cortex_m.ir import Graph, Quantization, verify
from torch_cortex_m.ops.concatenate.op import Concatenate
from torch_cortex_m.ops.slice.op import Slice
from torch_cortex_m.ops.split.op import Split
from torch_cortex_m.passes.choose_layouts import choose_layouts, transposed_bytes
from torch_cortex_m.run.reference import Reference

SHAPE = (1, 4, 4, 4)
"""The same in every layout, so that a wrong one is told by nothing but the numbers."""


def check(build: GraphBuilder) -> Graph:
    """What the pass gives; it keeps what three calls in a row give, but for the layouts of inputs
    and outputs."""
    before, after = build.graph, choose_layouts(build.graph)
    verify(after)
    calls = Reference(before), Reference(after)
    rng = np.random.default_rng(0)
    for _ in range(3):
        image = rng.uniform(-7.5, 7.5, SHAPE).astype(np.float32)
        expected, found = (
            reference.run([image.transpose(port.permutation or (0, 1, 2, 3))])
            for reference, port in zip(calls, (before.inputs[0], after.inputs[0]), strict=True)
        )
        for left, right, port in zip(expected, found, after.outputs, strict=True):
            np.testing.assert_array_equal(left.transpose(port.permutation or (0, 1, 2, 3)), right)
    return after


def state(build: GraphBuilder, name: str = "state") -> str:
    data = np.random.default_rng(len(name)).integers(-128, 128, SHAPE).astype(np.int8)
    return build.graph.add_state(name, data, Quantization(0.05, 3))


def same(build: GraphBuilder, value: str) -> str:
    """A convolution that keeps the shape; it wants its channels last."""
    return build.conv(value, 4, (1, 1))


def test_a_state_that_only_convolutions_read() -> None:
    build = GraphBuilder()
    kept = state(build)
    build.graph.set_update(kept, build.relu(build.softmax(build.input(*SHAPE))))
    build.output(same(build, kept))
    check(build)


def test_a_window_of_frames_is_kept_as_convolutions_read_it() -> None:
    build = GraphBuilder()
    kept = state(build)
    window = build.node(Concatenate(axis=2), kept, build.input(*SHAPE))
    build.graph.set_update(kept, build.node(Slice((0, 0, 4, 0), SHAPE), window))
    build.output(build.conv(window, 3, (5, 4)))
    after = check(build)
    assert transposed_bytes(after) == 0
    initial = build.graph.states[kept].initial
    np.testing.assert_array_equal(after.states[kept].initial, initial.transpose(0, 2, 3, 1))


def test_states_that_take_over_each_other() -> None:
    build = GraphBuilder()
    first, second = state(build), state(build, "second")
    build.graph.set_update(first, second)
    build.graph.set_update(second, build.input(*SHAPE))
    build.output(same(build, first))
    after = check(build)
    assert transposed_bytes(after) == 0


def test_a_state_that_becomes_a_constant() -> None:
    build = GraphBuilder()
    kept = state(build)
    build.graph.set_update(kept, build.constant(*SHAPE))
    build.output(same(build, build.add(build.input(*SHAPE), kept)))
    check(build)


def test_an_update_that_a_convolution_computes() -> None:
    build = GraphBuilder()
    kept = state(build)
    build.graph.set_update(kept, build.relu(same(build, build.input(*SHAPE))))
    build.output(build.softmax(kept))
    check(build)


def test_results_of_a_node_with_several() -> None:
    build = GraphBuilder()
    image = build.input(1, 4, 4, 4)
    quantization = Quantization(0.05, 3)
    halves = build.graph.add_outputs(
        Split(axis=1, size=2), (build.relu(build.softmax(image)),), ("a", "b"), [quantization] * 2
    )
    for half in halves:
        build.output(build.conv(half, 2, (1, 1)))
    check(build)


@pytest.mark.parametrize("index", [0, 1])
def test_a_result_of_a_node_with_several_stays_as_it_is_beside_what_is_added(index: int) -> None:
    """What a convolution gives, and another one takes, would spare two transposes."""
    build = GraphBuilder()
    halves = build.nodes(Split(axis=1, size=2), build.softmax(build.input(*SHAPE)))
    half = halves[index]
    total = build.add(half, build.conv(half, 2, (1, 1)))
    build.output(build.conv(total, 2, (1, 1)))
    assert check(build).types[half].shape == (1, 2, 4, 4)


def test_a_state_without_axes_stays_one() -> None:
    build = GraphBuilder()
    count = build.graph.add_state("count", np.array(7, np.int8), Quantization(0.05, 3))
    build.output(same(build, build.input(*SHAPE)))
    build.output(count)
    assert choose_layouts(build.graph).states["count"].initial.shape == ()
