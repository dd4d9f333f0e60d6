"""What all passes together leave of networks as the frontend imports them."""

from __future__ import annotations

import pytest
from graph_builder import GraphBuilder, names, run_and_check

from torch_cortex_m.ir import format_graph


@pytest.fixture
def build() -> GraphBuilder:
    return GraphBuilder()


def test_plain_cnn_keeps_no_movement(build: GraphBuilder) -> None:
    x = build.input(1, 3, 8, 8)
    x = build.relu(build.conv(build.pad_image(x, 1), 4))
    x = build.max_pool(x, stride=(2, 2))
    x = build.relu(build.conv(x, 5, padding=(1, 1, 1, 1)))
    x = build.linear(build.flatten(x), 6)
    build.output(build.softmax(x))
    graph = run_and_check(build)
    assert names(graph) == ["conv2d", "max_pool2d", "conv2d", "linear", "softmax"]
    assert graph.inputs[0].permutation == (0, 2, 3, 1)
    assert graph.outputs[0].permutation is None


def test_residual_network_with_strided_shortcut(build: GraphBuilder) -> None:
    x = build.relu(build.conv(build.input(1, 3, 8, 8), 4, padding=(1, 1, 1, 1)))
    y = build.relu(build.conv(x, 4, padding=(1, 1, 1, 1)))
    y = build.conv(y, 4, padding=(1, 1, 1, 1))
    x = build.relu(build.add(x, y))
    y = build.relu(build.conv(x, 6, padding=(1, 1, 1, 1), stride=(2, 2)))
    y = build.conv(y, 6, padding=(1, 1, 1, 1))
    x = build.relu(build.add(build.conv(x, 6, (1, 1), stride=(2, 2)), y))
    x = build.linear(build.flatten(build.global_average(x)), 10)
    build.output(build.softmax(x))
    graph = run_and_check(build)
    assert "transpose" not in names(graph)
    assert "requantize" not in names(graph)


def test_mobilenet(build: GraphBuilder) -> None:
    x = build.relu(build.conv(build.pad(build.input(1, 3, 8, 8), 0, 0, 0, 0, 0, 1, 0, 1), 4))
    for _ in range(2):
        x = build.relu(build.depthwise(build.pad_image(x, 1)))
        x = build.relu(build.conv(x, 8, (1, 1)))
    x = build.linear(build.flatten(build.global_average(x)), 4)
    build.output(x)
    graph = run_and_check(build)
    expected = ["conv2d", *["depthwise_conv2d", "conv2d"] * 2, "avg_pool2d", "linear"]
    assert names(graph) == expected
    assert graph.nodes[0].op.padding == (0, 0, 1, 1)


def test_one_channel_image_needs_no_other_layout(build: GraphBuilder) -> None:
    """As in DS-CNN: [N, 1, H, W] and [N, H, W, 1] are the same bytes."""
    x = build.relu(build.conv(build.input(1, 1, 9, 8), 4, (3, 2), stride=(2, 2)))
    build.output(build.linear(build.flatten(build.global_average(x)), 3))
    graph = run_and_check(build)
    assert names(graph) == ["conv2d", "avg_pool2d", "linear"]
    assert graph.inputs[0].permutation is None


def test_conv1d_chain(build: GraphBuilder) -> None:
    x = build.relu(build.conv1d(build.pad(build.input(1, 3, 12), 0, 0, 0, 0, 2, 1), 4))
    y = build.relu(build.conv1d(build.pad(x, 0, 0, 0, 0, 1, 1), 4))
    x = build.add(x, y)
    build.output(build.relu(build.conv1d(x, 5, stride=(1, 2))))
    graph = run_and_check(build)
    assert names(graph) == ["conv2d", "conv2d", "add", "conv2d"]
    assert graph.inputs[0].permutation == graph.outputs[0].permutation == (0, 2, 1)


def test_standalone_activations_between_convolutions(build: GraphBuilder) -> None:
    x = build.conv(build.input(2, 3, 6, 6), 4)
    y = build.conv(x, 4, padding=(1, 1, 1, 1))
    z = build.requantize(build.add(build.requantize(x), y))
    build.output(build.conv(build.add(z, build.constant(4, 1, 1)), 2))
    graph = run_and_check(build)
    assert "transpose" not in names(graph)


def test_squeeze_and_excite_broadcast(build: GraphBuilder) -> None:
    x = build.relu(build.conv(build.input(1, 3, 6, 6), 4))
    scale = build.conv(build.global_average(x), 4, (1, 1))
    build.output(build.conv(build.add(x, scale), 2))
    assert "transpose" not in names(run_and_check(build))


def test_input_added_to_its_convolution(build: GraphBuilder) -> None:
    x = build.input(1, 4, 6, 6)
    x = build.add(x, build.conv(x, 4, padding=(1, 1, 1, 1)))
    build.output(x)
    graph = run_and_check(build)
    assert names(graph) == ["conv2d", "add"]
    assert graph.outputs[0].permutation == (0, 2, 3, 1)


def test_user_permutation_before_linear(build: GraphBuilder) -> None:
    """Sequence models: conv1d gives [N, C, L], linear wants [N, L, C], which NHWC already is."""
    x = build.transpose(build.relu(build.conv1d(build.input(1, 3, 12), 4)), 0, 2, 1)
    build.output(build.linear(x, 5))
    assert names(run_and_check(build)) == ["conv2d", "linear"]


def test_flattened_features_as_output_need_one_transpose(build: GraphBuilder) -> None:
    build.output(build.relu(build.flatten(build.conv(build.input(1, 3, 6, 6), 4))))
    graph = run_and_check(build)
    assert names(graph) == ["conv2d", "transpose"]


def test_mlp_is_left_alone(build: GraphBuilder) -> None:
    x = build.relu(build.linear(build.input(2, 5), 4))
    build.output(build.linear(x, 3))
    graph = run_and_check(build)
    assert names(graph) == ["linear", "linear"]
    assert graph.inputs[0].permutation is None


def test_text_of_a_small_network(build: GraphBuilder) -> None:
    x = build.relu(build.conv(build.pad_image(build.input(1, 3, 4, 4), 1), 2))
    build.output(build.linear(build.flatten(x), 2))
    lines = format_graph(run_and_check(build)).splitlines()
    assert [line for line in lines if "constant" not in line] == [
        "graph test",
        "  input    %x : int8[1, 4, 4, 3] scale=0.05 zero_point=3"
        "  from [1, 3, 4, 4] permuted by [0, 2, 3, 1]",
        "  %conv2d = conv2d(input=%x, weight=%weight, bias=%bias, multipliers=%multipliers, "
        "shifts=%shifts) {input_offset=-3, output_offset=-7, activation_min=-7, "
        "activation_max=127, stride=(1, 1), padding=(1, 1, 1, 1), dilation=(1, 1), groups=1} : "
        "int8[1, 4, 4, 2] scale=0.05 zero_point=-7",
        "  %reshape_2 = reshape(input=%conv2d) {shape=(1, 32)} : "
        "int8[1, 32] scale=0.05 zero_point=-7",
        "  %linear = linear(input=%reshape_2, weight=%weight_2, bias=%bias_2, "
        "multipliers=%multipliers_2, shifts=%shifts_2) {input_offset=7, output_offset=-7, "
        "activation_min=-128, activation_max=127, weight_offset=0} : "
        "int8[1, 2] scale=0.05 zero_point=-7",
        "  output   %linear : int8[1, 2] scale=0.05 zero_point=-7",
    ]
