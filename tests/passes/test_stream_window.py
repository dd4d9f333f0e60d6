"""A call with new frames gives what the whole window gives, bit for bit; and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import has_emulator
from graph_builder import GraphBuilder
from random_streams import (
    check_c,
    check_reference,
    mean_over_frames,
    random_stream,
    streamed,
)

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import Graph, Port, Stream, TensorType
from torch_cortex_m.ops import operator
from torch_cortex_m.ops.batch_matmul.op import BatchMatmul
from torch_cortex_m.ops.gather.op import Gather
from torch_cortex_m.ops.mean.op import Mean
from torch_cortex_m.ops.mul.op import Mul
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.slice.op import Slice
from torch_cortex_m.ops.split.op import Split
from torch_cortex_m.passes import stream_window
from torch_cortex_m.run.reference import Reference, run_reference
from torch_cortex_m.target import CORES, HOST

COUNT, COUNT_IN_C = 20, 3
PLACES = {
    name: target
    for name, target in {"host": HOST, **CORES}.items()
    if name == "host" or (name in ("cortex-m4", "cortex-m55") and has_emulator())
}


@pytest.mark.parametrize("seed", range(COUNT))
def test_random_networks(seed: int) -> None:
    check_reference(random_stream(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(COUNT, 20 * COUNT))
def test_more_random_networks(seed: int) -> None:
    check_reference(random_stream(seed))


@pytest.mark.parametrize("place", PLACES)
def test_random_networks_in_c(place: str) -> None:
    check_c([random_stream(seed) for seed in range(COUNT_IN_C)], PLACES[place])


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_more_random_networks_in_c(place: str) -> None:
    check_c([random_stream(seed) for seed in range(COUNT_IN_C, 4 * COUNT_IN_C)], PLACES[place])


Network = Callable[[GraphBuilder, str], str]


def built(network: Network, *shape: int) -> GraphBuilder:
    build = GraphBuilder()
    build.output(network(build, build.input(*shape)))
    return build


def conv_and_mean(build: GraphBuilder, x: str) -> str:
    return build.global_average(image(build, build.conv1d(x, 3)))


def image(build: GraphBuilder, x: str) -> str:
    return build.reshape(x, *build.shape(x), 1)


def parts(build: GraphBuilder, x: str) -> str:
    """Channels split, gathered and joined again over other frames."""
    first, second = build.nodes(Split(1, 1), x)
    y = build.conv1d(first, build.shape(second)[1])
    second = build.node(Slice((0, 0, 2), build.shape(y)), second)
    swapped = build.graph.add_constant("indices", np.array([1, 0], np.int32))
    return build.add(y, build.node(Gather(1), second, swapped))


def test_parts_of_channels() -> None:
    check_reference(streamed(built(parts, 1, 3, 12).graph, 2))


def test_frames_that_wait() -> None:
    """Of 12 frames a kernel of 3 with stride 2 does not read the last: it is the next call's."""
    build = built(lambda b, x: b.conv1d(b.conv1d(x, 2, stride=(1, 2)), 2, 5), 1, 3, 12)
    found = streamed(build.graph, 2)
    assert found.graph.stream == Stream("x", 2, 2, 12, depth=12, delay=1)
    check_reference(found)


def test_only_frames_that_count_are_waited_for() -> None:
    build = built(lambda b, x: b.conv1d(b.pad(x, 0, 0, 0, 0, 2, 0), 2), 1, 3, 12)
    found = streamed(build.graph, 1, axis=None)
    assert found.graph.stream == Stream("x", 2, 1, 12, depth=3, delay=0)
    assert found.first_result() == 3
    check_reference(found)


def test_a_mean_over_features_is_no_running_sum() -> None:
    """Where something else reads the first frame of the window, so that all of it is kept."""
    build = GraphBuilder()
    x = build.input(1, 128, 64)
    mean = Mean(input_offset=0, output_offset=0, multiplier=1 << 30, shift=1)
    build.output(build.node(Slice((0, 63), (1, 1)), build.node(mean, x)))
    build.output(build.node(Slice((0, 0, 0), (1, 128, 1)), x))
    found = streamed(build.graph, 2)
    names = [node.op.name for node in found.graph.computing_nodes()]
    assert "running_sum" not in names
    check_reference(found)


def test_padding_that_is_cut_off() -> None:
    """Padded on both sides, without the last positions: as causal as padding before alone."""
    build = GraphBuilder()
    y = build.conv1d(build.input(1, 3, 12), 2, padding=(0, 2, 0, 2))
    build.output(build.node(Slice((0, 0, 0), (1, 2, 12)), y))
    found = streamed(build.graph, 2)
    assert found.graph.stream == Stream("x", 2, 2, 12, depth=4, delay=0)
    check_reference(found)


def test_layers_keep_what_their_kernels_need() -> None:
    found = streamed(built(conv_and_mean, 1, 3, 20).graph, 2)
    sizes = [state.initial.size for state in found.graph.states.values()]
    assert sizes == [3 * 2, 3 * 16]


@pytest.mark.parametrize(("hop", "window", "sums"), [(4, 40, 1), (2, 40, 1), (1, 80, 2)])
def test_means_are_running_sums(hop: int, window: int, sums: int) -> None:
    """Of positions that come every second call there are two windows, one in the other."""
    build = built(lambda b, x: conv_and_mean(b, b.conv1d(x, 2, stride=(1, 2))), 1, 3, 85)
    found = streamed(build.graph, hop)
    names = [node.op.name for node in found.graph.computing_nodes()]
    assert "running_sum" in names
    assert "avg_pool2d" not in names
    sizes = {name: state.initial.size for name, state in found.graph.states.items()}
    assert [size // 3 for size in sizes.values()][-2:] == [window, sums]
    check_reference(found)


def test_sums_with_a_zero_point_and_a_scale_of_their_own() -> None:
    build = built(lambda b, x: mean_over_frames(b, b.conv1d(x, 2)), 1, 3, 40)
    found = streamed(build.graph, 1)
    names = [node.op.name for node in found.graph.computing_nodes()]
    assert "running_sum" in names
    assert "rescale" in names
    check_reference(found)


def refused(network: Network, *shape: int, hop: int = 1, axis: int | None = 2) -> str:
    with pytest.raises(TcmError) as caught:
        streamed(built(network, *shape).graph, hop, axis)
    return str(caught.value)


def attention(build: GraphBuilder, x: str) -> str:
    return build.node(BatchMatmul(transpose_input=True, multiplier=1 << 30, shift=-8), x, x)


def excitation(build: GraphBuilder, x: str) -> str:
    mean = build.reshape(build.global_average(image(build, x)), 1, build.shape(x)[1], 1)
    return build.node(Mul(multiplier=1 << 30, shift=-6), x, mean)


def strided(build: GraphBuilder, x: str) -> str:
    return build.conv1d(build.conv1d(x, 2, stride=(1, 4)), 2)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (attention, ("mixes the frames", "batch_matmul 'batch_matmul'")),
        (lambda b, x: b.softmax(x), ("mixes the frames", "softmax 'softmax'")),
        (
            lambda b, x: b.softmax(x),
            ("recurrent layers", "in a buffer or by state={input: output}"),
        ),
        (lambda b, x: b.flatten(x), ("mixes the frames", "reshape 'reshape'")),
        (lambda b, x: b.relu(b.flatten(b.conv1d(x, 3))), ("mixes the frames", "reshape")),
        (
            lambda b, x: b.conv(b.transpose(image(b, x), 0, 2, 1, 3), 2, (1, 1)),
            ("mixes", "conv2d 'conv2d'"),
        ),
        (excitation, ("combines single frames", "mul 'mul'")),
        (lambda b, x: b.add(x, b.constant(3, 12)), ("a constant for every frame", "add 'add'")),
        (
            lambda b, x: b.conv1d(x, 2, padding=(0, 1, 0, 1)),
            ("behind the newest frame", "conv2d", "F.pad"),
        ),
        (
            lambda b, x: b.global_average(image(b, b.conv1d(b.pad(x, 0, 0, 0, 0, 2, 0), 2))),
            ("before the first frame of the window", "a window of 14 frames"),
        ),
    ],
    ids=lambda value: "" if callable(value) else value[1],
)
def test_layers_that_are_refused(network: Network, expected: tuple[str, ...]) -> None:
    text = refused(network, 1, 3, 12)
    assert all(each in text for each in expected), text


def test_frames_along_the_first_axis_have_no_constants_of_their_own() -> None:
    text = refused(lambda b, x: b.add(x, b.constant(12, 3)), 12, 3, axis=0)
    assert "a constant for every frame" in text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"hop": 0}, "the hop does not fit the window"),
        ({"hop": 13}, "1 to 12 frames"),
        ({"axis": 3}, "there is no such axis"),
        ({"axis": -4}, "there is no such axis"),
    ],
)
def test_hops_and_axes_that_are_refused(fields: dict[str, int], expected: str) -> None:
    assert expected in refused(conv_and_mean, 1, 3, 12, **fields)


def test_a_hop_that_does_not_divide() -> None:
    text = refused(strided, 1, 3, 24, hop=3)
    assert "the hop does not divide the strides over time" in text
    assert "conv2d" in text
    assert "a multiple or a divisor of 4 frames" in text


def test_an_axis_has_to_be_said_where_none_is_longest() -> None:
    assert "write the axis behind the input's name" in refused(conv_and_mean, 1, 9, 9, axis=None)


def test_an_unknown_input() -> None:
    with pytest.raises(TcmError, match="there is no such input"):
        stream_window(built(conv_and_mean, 1, 3, 12).graph, "y", 2, 1)


def test_a_model_with_a_state() -> None:
    build = built(conv_and_mean, 1, 3, 12)
    state = build.graph.add_state("kept", np.zeros((1, 3, 12), np.int8))
    build.graph.outputs.append(Port(state, (1, 3, 12)))
    with pytest.raises(TcmError, match="takes its frames one after the other already"):
        stream_window(build.graph, "x", 2, 1)


def test_indices_count_from_the_frames_of_a_call() -> None:
    """A gather that only leaves out the first frames."""
    graph = Graph("gathered")
    value = graph.add_input("x", TensorType((1, 12, 3), "int8"))
    indices = graph.add_constant("indices", np.arange(2, 12, dtype=np.int32))
    taken = graph.add_node(operator("gather", axis=1), (value, indices), "taken")
    graph.outputs.append(Port(taken, graph.types[taken].shape))
    streamed = Reference(stream_window(graph, "x", None, 1))
    frames = np.random.default_rng(1).integers(-128, 128, (1, 15, 3)).astype(np.int8)
    newest = [streamed.run([frame])[0] for frame in np.split(frames, 15, 1)]
    (whole,) = run_reference(graph, [frames[:, 3:]])
    assert np.array_equal(newest[-1], whole[:, -1:])


@pytest.mark.parametrize(("dtype", "first"), [("float32", 0), ("int8", 3)])
def test_frames_before_the_first_one_are_zero(dtype: str, first: int) -> None:
    """Their zero point, where they are quantized."""
    build = GraphBuilder()
    x = build.input(1, 3, 12, zero_point=3)
    value = "x" if dtype == "float32" else x
    parts = [build.node(Slice((0, 0, begin), (1, 3, 11)), value) for begin in (0, 1)]
    if dtype == "float32":
        quantize = Quantize(scale=0.05, zero_point=3)
        parts = [build.node(quantize, part, zero_point=3) for part in parts]
    build.output(build.add(*parts))
    found = stream_window(build.graph, "x", 2, 1)
    (state,) = found.states.values()
    assert found.types[next(iter(found.states))].dtype == dtype
    assert state.initial.tolist() == [[[first]] * 3]


def test_a_linear_layer_of_all_frames_has_weights_without_frames() -> None:
    """It reads the whole window, without a reshape before it."""
    check_reference(streamed(built(lambda b, x: b.linear(x, 2), 1, 3, 12).graph, 1))
