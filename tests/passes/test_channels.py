"""Constant and unread channels: exact on any graph, and gone from the ones that have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from passes.graph_builder import GraphBuilder, check_same, interpret, node, random_inputs

from torch_cortex_m.ir import Graph, Port, Quantization, TensorType, format_graph
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.passes import run_passes
from torch_cortex_m.passes.bounds import value_bounds
from torch_cortex_m.passes.fold_constant_channels import fold_constant_channels
from torch_cortex_m.passes.remove_unread_channels import remove_unread_channels
from torch_cortex_m.passes.simplify import simplify
from torch_cortex_m.run.reference import run_reference


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


def test_a_constant_that_differs_from_the_padding_stays() -> None:
    """Behind padding the sum differs between border and middle: it cannot go into the bias."""
    builder = GraphBuilder()
    x = builder.conv(builder.input(1, 3, 5, 5), 4, zero_point=0)
    first = next(n for n in builder.graph.nodes if n.op.name == "conv2d")
    builder.graph.constants[first.inputs[2] or ""][2] = 10**7
    builder.output(builder.conv(x, 3, padding=(1, 1, 1, 1)))
    after = run_passes(builder.graph)
    sizes = [after.types[n.output].shape[-1] for n in after.nodes if n.op.name == "conv2d"]
    assert sizes == [4, 3]
    check_same(builder.graph, after)


@pytest.mark.parametrize("sides", [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)])
def test_a_maximum_of_padding_alone_is_not_constant(sides: tuple[int, ...]) -> None:
    """Windows that lie outside the input give -128, whatever constant the input is."""
    builder = GraphBuilder()
    x = builder.clamp(builder.input(1, 2, 4, 4), 5, 5)
    padding = tuple(2 * side for side in sides)
    x = builder.max_pool(x, kernel=(2, 2), padding=padding)
    builder.output(builder.conv(x, 3, (1, 1)))
    check_same(builder.graph, run_passes(builder.graph))


def test_all_filters_of_a_constant_channel_are_constant() -> None:
    """Output channels 2 c and 2 c + 1 of a depthwise convolution read channel c."""
    builder = GraphBuilder()
    x = builder.conv(builder.input(1, 2, 4, 4), 3, (1, 1))
    first = node(builder.graph, "conv2d")
    builder.graph.constants[first.inputs[1]][0] = 0
    x = builder.depthwise(x, depth_multiplier=2)
    depthwise = node(builder.graph, "depthwise_conv2d")
    builder.output(builder.conv(x, 3, (1, 1)))
    graph = run_passes(builder.graph)
    check_same(builder.graph, graph)
    without_transposes = simplify(builder.graph)
    constant = value_bounds(without_transposes)[depthwise.output].constant
    assert constant.tolist() == [True, True, False, False, False, False]
    assert graph.types[node(graph, "depthwise_conv2d").output].shape[-1] == 4


@pytest.mark.parametrize("layer", ["conv", "depthwise"])
def test_a_padded_sum_over_a_constant_is_not_constant(layer: str) -> None:
    """At the border the padding takes the place of the constant."""
    builder = GraphBuilder()
    x = builder.clamp(builder.input(1, 2, 4, 4), 60, 60)
    padding = {"padding": (1, 1, 1, 1)}
    x = builder.conv(x, 2, **padding) if layer == "conv" else builder.depthwise(x, **padding)
    builder.output(builder.conv(x, 3, (1, 1)))
    check_same(builder.graph, run_passes(builder.graph))


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


def test_a_dilated_window_may_miss_the_input() -> None:
    """Its maximum is the lowest value, which the input does not reach."""
    builder = GraphBuilder()
    x = builder.relu(builder.input(1, 1, 1, 3, zero_point=0))
    op = MaxPool2d(kernel=(2, 2), dilation=(2, 2), padding=(1, 1, 1, 1))
    pooled = builder.node(op, x)
    builder.output(pooled)
    bounds = value_bounds(builder.graph)
    assert bounds[x].low.tolist() == [0] * 3
    assert bounds[pooled].low.tolist() == [-128] * 3
    (real,) = interpret(builder.graph, random_inputs(builder.graph))
    assert real.min() == pytest.approx(-128 * 0.05)


def test_nothing_is_known_of_sums_that_wrap() -> None:
    """Shifted left by 25, the ends of int8 become 0 and a negative number, 32 the largest."""
    graph, q = Graph("test"), Quantization(0.05, 0)
    x = graph.add_input("x", TensorType((1, 1), "int8", q))
    constants = (
        graph.add_constant("weight", np.ones((1, 1), np.int8)),
        None,
        graph.add_constant("multipliers", np.full(1, 1 << 30, np.int32)),
        graph.add_constant("shifts", np.full(1, 25, np.int32)),
    )
    y = graph.add_node(Linear(), (x, *constants), "y", quantization=q)
    graph.outputs.append(Port(y, (1, 1)))
    bounds = value_bounds(graph)[y]
    results = [int(run_reference(graph, [np.full((1, 1), v, np.int8)])[0][0, 0]) for v in (32, 127)]
    assert results == [127, -128]
    assert (bounds.low.tolist(), bounds.high.tolist()) == ([-128], [127])


def test_nothing_is_known_of_factors_below_zero() -> None:
    """They turn the ends around."""
    builder = GraphBuilder()
    x = builder.clamp(builder.input(1, 2), 10, 20)
    y = builder.node(Requantize(multiplier=-(1 << 30)), x, zero_point=0)
    bounds = value_bounds(builder.graph)[y]
    assert (bounds.low.tolist(), bounds.high.tolist()) == ([-128] * 2, [127] * 2)
