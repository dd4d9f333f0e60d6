"""Constant and unread channels: exact on any graph, and gone from the ones that have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, note, settings
from hypothesis import strategies as st
from passes.graph_builder import GraphBuilder, check_same, interpret, node, random_inputs

from torch_cortex_m.ir import Graph, format_graph
from torch_cortex_m.ops.slice.op import Slice
from torch_cortex_m.passes import run_passes
from torch_cortex_m.passes.bounds import value_bounds
from torch_cortex_m.passes.fold_constant_channels import fold_constant_channels
from torch_cortex_m.passes.remove_unread_channels import remove_unread_channels


def sparsify(graph: Graph, seed: int, zeros: float) -> None:
    """Zeroes weights of whole output and input channels, and drives some sums into the clamp."""
    rng = np.random.default_rng(seed)
    for item in graph.nodes:
        arguments = item.arguments()
        if "weight" not in arguments:
            continue
        weight = graph.constants[arguments["weight"] or ""]
        outputs = -1 if item.op.name == "depthwise_conv2d" else 0
        for axis in {outputs, -1}:
            dead = rng.random(weight.shape[axis]) < zeros
            np.moveaxis(weight, axis, 0)[dead] = 0
        bias = graph.constants[arguments["bias"] or ""]
        extreme = rng.random(len(bias)) < zeros
        bias[extreme] = rng.choice([-(10**7), 10**7], extreme.sum())


def network(builder: GraphBuilder, seed: int) -> None:
    """A residual network with every operator that the passes know, in a random variation."""
    rng = np.random.default_rng(seed)
    x = builder.conv(builder.input(1, 3, 6, 6), 8, padding=(1, 1, 1, 1))
    x = builder.relu(x)
    if rng.random() < 0.7:
        multiplier = int(rng.integers(1, 3))
        padding = (1, 1, 1, 1) if rng.random() < 0.5 else (0, 0, 0, 0)
        x = builder.depthwise(x, depth_multiplier=multiplier, padding=padding)
    if rng.random() < 0.5:
        y = builder.conv(x, builder.shape(x)[1], (1, 1))
        x = builder.add(y, builder.conv(x, builder.shape(x)[1], (1, 1)))
    if rng.random() < 0.3:
        x = builder.conv(x, 6, (1, 1), groups=2)
    if rng.random() < 0.5:
        x = builder.max_pool(x, stride=(2, 2))
    if rng.random() < 0.5:
        x = builder.requantize(x)
    if rng.random() < 0.5:
        x = builder.avg_pool(x, padding=(1, 1, 0, 0), count_include_pad=bool(rng.integers(2)))
    x = builder.conv(x, 5, (1, 1), zero_point=-128)
    if rng.random() < 0.5:
        x = builder.global_average(x)
    x = builder.linear(builder.flatten(x), 4)
    builder.output(builder.linear(x, 3))


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2, 0.5, 0.9]))
@settings(deadline=None, max_examples=60)
def test_random_networks_keep_their_outputs(seed: int, zeros: float) -> None:
    builder = GraphBuilder(seed)
    network(builder, seed)
    sparsify(builder.graph, seed, zeros)
    note(format_graph(builder.graph))
    after = run_passes(builder.graph)
    for inputs in range(3):
        check_same(builder.graph, after, inputs)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_values_stay_within_their_bounds(seed: int) -> None:
    """Every intermediate value is made an output and compared with its bounds."""
    builder = GraphBuilder(seed)
    network(builder, seed)
    sparsify(builder.graph, seed, 0.3)
    graph = builder.graph
    bounds = value_bounds(graph)
    graph.outputs = [
        type(graph.outputs[0])(n.output, graph.types[n.output].shape)
        for n in graph.nodes
        if n.output in bounds and graph.types[n.output].quantization is not None
    ]
    for port, real in zip(graph.outputs, interpret(graph, random_inputs(graph)), strict=True):
        quantization = graph.types[port.value].quantization
        assert quantization is not None
        values = np.rint(real / quantization.scale).astype(np.int64) + quantization.zero_point
        assert (values >= bounds[port.value].low).all(), port.value
        assert (values <= bounds[port.value].high).all(), port.value


def test_dead_channels_disappear_from_all_that_they_pass_through() -> None:
    builder = GraphBuilder()
    x = builder.relu(builder.conv(builder.input(1, 3, 6, 6), 8, zero_point=-128))
    first = builder.graph.nodes[-3]
    assert first.op.name == "conv2d"
    builder.graph.constants[first.inputs[2] or ""][[1, 4, 5]] = -(10**7)
    x = builder.relu(builder.depthwise(x, padding=(1, 1, 1, 1), zero_point=-128))
    x = builder.conv(x, 4, (1, 1))
    builder.output(builder.linear(builder.flatten(builder.global_average(x)), 2))
    after = run_passes(builder.graph)
    depthwise = node(after, "depthwise_conv2d")
    # The dead channels cost the depthwise convolution nothing: they left it with the first layer.
    assert after.types[depthwise.output].shape[-1] <= 5
    assert after.types[depthwise.inputs[0]].shape[-1] <= 5
    check_same(builder.graph, after)


def test_channels_that_only_meet_zero_weights_are_not_computed() -> None:
    builder = GraphBuilder()
    x = builder.conv(builder.input(1, 3, 5, 5), 6)
    builder.output(builder.conv(x, 3))
    last = [n for n in builder.graph.nodes if n.op.name == "conv2d"][-1]
    builder.graph.constants[last.inputs[1] or ""][..., [0, 3]] = 0
    after = run_passes(builder.graph)
    sizes = [after.types[n.output].shape[-1] for n in after.nodes if n.op.name == "conv2d"]
    assert sizes == [4, 3]
    check_same(builder.graph, after)


def test_zero_weights_with_an_offset_read_their_channel() -> None:
    builder = GraphBuilder()
    x = builder.linear(builder.input(1, 5), 4)
    builder.output(builder.linear(x, 3))
    last = builder.graph.nodes[-2]
    builder.graph.constants[last.inputs[1] or ""][:, [0, 3]] = 0
    builder.graph.nodes.replace(last, replace(last, op=replace(last.op, weight_offset=9)))
    after = run_passes(builder.graph)
    check_same(builder.graph, after)
    assert [after.types[n.output].shape[-1] for n in after.nodes] == [4, 3]


def test_weights_that_are_computed_are_left_alone() -> None:
    builder = GraphBuilder()
    x = builder.clamp(builder.input(2, 5), 5, 5)
    y = builder.linear(x, 3)
    weight = builder.requantize(builder.input(3, 5))
    last = builder.graph.nodes[-3]
    builder.graph.nodes.remove(last)
    assert last.output == y
    inputs = (x, weight, *last.inputs[2:])
    builder.graph.nodes.append(replace(last, inputs=inputs))
    builder.output(y)
    check_same(builder.graph, run_passes(builder.graph))


def test_a_network_of_zeros_keeps_one_channel() -> None:
    builder = GraphBuilder()
    x = builder.conv(builder.input(1, 3, 5, 5), 6)
    builder.output(builder.conv(x, 3))
    sparsify(builder.graph, 0, 1.1)
    after = run_passes(builder.graph)
    sizes = [after.types[n.output].shape[-1] for n in after.nodes if n.op.name == "conv2d"]
    assert sizes == [1, 3]
    check_same(builder.graph, after)


def test_the_passes_alone_are_exact() -> None:
    builder = GraphBuilder(3)
    network(builder, 3)
    sparsify(builder.graph, 3, 0.5)
    before = run_passes(builder.graph, float_io=True)
    check_same(before, fold_constant_channels(before))
    check_same(before, remove_unread_channels(before))


def test_a_slice_of_channels_begins_at_the_first_that_is_left() -> None:
    builder = GraphBuilder()
    x = builder.conv_nhwc(builder.to_nhwc(builder.input(1, 3, 4, 4)), 6)
    x = builder.node(Slice(begin=(0, 0, 0, 3), size=(1, 2, 2, 3)), x)
    builder.output(builder.conv_nhwc(x, 2, (1, 1)))
    after = remove_unread_channels(builder.graph)
    check_same(builder.graph, after)
    sliced = node(after, "slice")
    assert (sliced.op.begin, after.types[sliced.inputs[0]].shape) == ((0, 0, 0, 0), (1, 2, 2, 3))


def test_channels_that_a_slice_takes_at_distances_all_stay() -> None:
    builder = GraphBuilder()
    x = builder.conv_nhwc(builder.to_nhwc(builder.input(1, 3, 4, 4)), 8, (1, 1))
    x = builder.node(Slice((0, 0, 0, 1), (1, 4, 4, 3), (1, 1, 1, 2)), x)
    read = builder.conv_nhwc(x, 2, (1, 1))
    weight = builder.graph.producer(read).inputs[1]
    builder.graph.constants[weight][..., 1] = 0
    builder.output(read)
    check_same(builder.graph, remove_unread_channels(builder.graph))
