"""Which channels are known to be constant, and which are not."""

from __future__ import annotations

import numpy as np
import pytest
from passes.graph_builder import GraphBuilder, check_same, interpret, node, random_inputs

from torch_cortex_m.ir import Graph, Port, Quantization, TensorType, verify
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.passes import run_passes
from torch_cortex_m.passes.bounds import value_bounds
from torch_cortex_m.passes.remove_unread_channels import remove_unread_channels
from torch_cortex_m.passes.simplify import simplify
from torch_cortex_m.run.reference import run_reference


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


def test_states_and_their_updates_keep_all_channels() -> None:
    """The next call reads what nobody reads in this one."""
    builder = GraphBuilder()
    graph = builder.graph
    quantization = Quantization(0.05, 3)
    state = graph.add_state("state", np.zeros((1, 1, 1, 4), np.int8), quantization)
    update = builder.conv_nhwc(builder.to_nhwc(builder.input(1, 3, 1, 1)), 4, (1, 1))
    graph.set_update(state, update)
    read = builder.conv_nhwc(state, 2, (1, 1))
    weight = graph.producer(read).inputs[1]
    graph.constants[weight][..., :2] = 0
    builder.output(read)
    after = remove_unread_channels(graph)
    verify(after)
    assert after.types[state].shape == after.types[update].shape == (1, 1, 1, 4)
