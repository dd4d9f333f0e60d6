"""Random networks over a window of frames, and what they give call by call beside the window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from graph_builder import GraphBuilder

from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Quantization
from torch_cortex_m.ops.concatenate.op import Concatenate
from torch_cortex_m.ops.extreme.op import Extreme
from torch_cortex_m.ops.mean.op import Mean, rescaling
from torch_cortex_m.ops.slice.op import Slice
from torch_cortex_m.passes import run_passes, stream_window
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import Target

AXIS = 2
"""Of the frames: networks are [1, channels, frames] or [1, channels, frames, bands]."""

CALLS = 5
"""With results that count."""

FRAMES = 45
"""Of the whole window."""


@dataclass(frozen=True)
class Streamed:
    """A graph of the whole window and the one that takes ``hop`` frames a call, after all
    passes."""

    whole: Graph
    graph: Graph

    @property
    def hop(self) -> int:
        assert self.graph.stream is not None
        return self.graph.stream.hop

    def first_result(self) -> int:
        assert self.graph.stream is not None
        return self.graph.stream.first_result

    def calls(self, seed: int = 0) -> list[np.ndarray]:
        """Random frames of calls in a row, as the graph takes them."""
        (port,) = self.graph.inputs
        rng = np.random.default_rng(seed)
        count = self.first_result() + CALLS - 1
        type_ = self.graph.types[port.value]
        return [rng.integers(-128, 128, type_.shape).astype(np.int8) for _ in range(count)]

    def windows(self, calls: list[np.ndarray]) -> Iterator[np.ndarray]:
        """The window that ends with each call of the first result and later. Frames before the
        first, which no result depends on, are random."""
        (port,), stream = self.graph.inputs, self.graph.stream
        assert stream is not None
        permutation = port.permutation or range(len(port.shape))
        axis = list(permutation).index(stream.axis)
        size = self.whole.types[self.whole.inputs[0].value].shape[axis]
        shape = list(calls[0].shape)
        shape[axis] = size
        before = np.random.default_rng(1).integers(-128, 128, shape).astype(np.int8)
        frames = np.concatenate([before, *calls], axis)
        for call in range(self.first_result(), len(calls) + 1):
            end = size + call * self.hop
            yield np.take(frames, range(end - size, end), axis)

    def expected(self, calls: list[np.ndarray]) -> list[list[np.ndarray]]:
        """What the whole window gives from the first result on; of an output with frames, those
        that are new."""
        reference = Reference(self.whole)
        results = [reference.run([window]) for window in self.windows(calls)]
        return [[self._newest(i, array) for i, array in enumerate(arrays)] for arrays in results]

    def _newest(self, index: int, array: np.ndarray) -> np.ndarray:
        shape = self.graph.types[self.graph.outputs[index].value].shape
        for axis, (size, count) in enumerate(zip(array.shape, shape, strict=True)):
            if size != count:
                array = np.take(array, range(size - count, size), axis)
        return array


def check_c(models: Sequence[Streamed], target: Target) -> None:
    """All models in one image."""
    programs = [
        generate(each.graph, target, prefix=f"model_{index}").program
        for index, each in enumerate(models)
    ]
    given = [each.calls() for each in models]
    calls = [(i, [call.tobytes()]) for i, frames in enumerate(given) for call in frames]
    with Runner(programs, target) as runner:
        runs = iter(runner.run(calls))
    for each, frames in zip(models, given, strict=True):
        results = [list(next(runs).outputs) for _ in frames][each.first_result() - 1 :]
        expected = [[array.tobytes() for array in arrays] for arrays in each.expected(frames)]
        assert results == expected


def check_reference(streamed: Streamed) -> None:
    calls = streamed.calls()
    reference = Reference(streamed.graph)
    results = [reference.run([call]) for call in calls][streamed.first_result() - 1 :]
    for got, wanted in zip(results, streamed.expected(calls), strict=True):
        for one, other in zip(got, wanted, strict=True):
            np.testing.assert_array_equal(one, other)


def streamed(graph: Graph, hop: int, axis: int | None = AXIS) -> Streamed:
    whole = run_passes(graph)
    return Streamed(whole, run_passes(stream_window(whole, "x", axis, hop)))


def random_stream(seed: int) -> Streamed:
    network = RandomNetwork(seed)
    return streamed(network.build.graph, network.hop)


class RandomNetwork:
    """A few layers, and one of the ends that a network over a window has.

    Layers of a *causal* network pad the frames before the first one, so that only its last count.
    """

    def __init__(self, seed: int) -> None:
        self.build = GraphBuilder(seed)
        self.bands = self.draw(0, 0, 5)
        self.causal = bool(self.draw(0, 1))
        self.stride = 1
        x = self.build.input(1, self.draw(1, 3), FRAMES, *[self.bands] * bool(self.bands))
        for _ in range(self.draw(1, 2, 3)):
            x = self.layer(x)
        for value in self.ends(x):
            self.build.output(value)
        self.hop = self.draw(self.stride, 2 * self.stride, 3 * self.stride, 1)

    def draw(self, *choices: int) -> int:
        return int(self.build.rng.choice(choices))

    def frames(self, x: str) -> int:
        return self.build.shape(x)[AXIS]

    def layer(self, x: str) -> str:
        layers = (self.conv, self.conv, self.pool, self.residual, self.side_by_side, self.function)
        return layers[self.draw(*range(len(layers)))](x)

    def window(self, kernel: int, dilation: int, stride: int) -> dict[str, Any]:
        """Fields along the frames, and beside them those of bands, which may have any padding."""
        around = self.draw(0, 1) if self.bands else 0
        return {
            "stride": (stride, 1),
            "dilation": (dilation, 1),
            "padding": (dilation * (kernel - 1) if self.causal else 0, around, 0, around),
        }

    def as_image(self, x: str) -> str:
        """With bands, of which there is one where the network has none."""
        return x if self.bands else self.build.reshape(x, *self.build.shape(x), 1)

    def as_frames(self, x: str) -> str:
        return x if self.bands else self.build.reshape(x, *self.build.shape(x)[:3])

    def convolved(self, x: str, channels: int, kernel: int, dilation: int, stride: int) -> str:
        fields = self.window(kernel, dilation, stride)
        width = 1 + 2 * fields["padding"][1]
        image = self.as_image(x)
        if self.draw(0, 1) and channels == self.build.shape(x)[1]:
            return self.as_frames(self.build.depthwise(image, (kernel, width), **fields))
        return self.as_frames(self.build.conv(image, channels, (kernel, width), **fields))

    def strided(self) -> int:
        stride = self.draw(1, 1, 2) if self.stride < 4 else 1
        self.stride *= stride
        return stride

    def conv(self, x: str) -> str:
        channels = self.draw(2, self.build.shape(x)[1])
        return self.convolved(x, channels, self.draw(1, 2, 3), self.draw(1, 2), self.strided())

    def pool(self, x: str) -> str:
        kernel, stride = self.draw(1, 2, 3), self.strided()
        pool = self.build.max_pool if self.draw(0, 1) else self.build.avg_pool
        return self.as_frames(pool(self.as_image(x), (kernel, 1), stride=(stride, 1)))

    def residual(self, x: str) -> str:
        """Of an unpadded branch the other one is cut to the same frames."""
        y = self.convolved(x, self.build.shape(x)[1], self.draw(2, 3), self.draw(1, 2), 1)
        return self.build.add(self.last(x, self.frames(y)), y)

    def side_by_side(self, x: str) -> str:
        y = self.convolved(x, self.draw(1, 2), self.draw(1, 3), 1, 1)
        return self.build.node(Concatenate(1), self.last(x, self.frames(y)), y)

    def function(self, x: str) -> str:
        return self.build.relu(x)

    def last(self, x: str, count: int) -> str:
        shape = self.build.shape(x)
        begin = [0] * len(shape)
        begin[AXIS] = shape[AXIS] - count
        size = (*shape[:AXIS], count, *shape[AXIS + 1 :])
        return x if size == shape else self.build.node(Slice(tuple(begin), size), x)

    def ends(self, x: str) -> list[str]:
        """Answers for the window, or new frames of each call."""
        x = self.last(x, self.draw(1, 3, 4)) if self.causal else x
        ends = (self.linear, self.average, self.reduced, self.newest)
        first = ends[self.draw(*range(4))](x)
        return [first, self.linear(x)] if self.draw(0, 1) else [first]

    def linear(self, x: str) -> str:
        return self.build.softmax(self.build.linear(self.build.flatten(x), 4))

    def average(self, x: str) -> str:
        return self.build.flatten(self.build.global_average(self.as_image(x)))

    def reduced(self, x: str) -> str:
        """The sum or an extreme of all frames, of every channel and band."""
        _, channels, frames, *bands = self.build.shape(x)
        x = self.build.reshape(x, channels, frames, bands[0] if bands else 1)
        quantization = Quantization(0.05, self.build.zero_point(x))
        offsets = {"input_offset": -quantization.zero_point, "output_offset": 3}
        mean = Mean(**rescaling(quantization, Quantization(0.05, 3), frames), **offsets)
        op = mean if self.draw(0, 1) else Extreme(largest=bool(self.draw(0, 1)))
        return self.build.node(op, x, zero_point=3)

    def newest(self, x: str) -> str:
        return self.build.relu(x)
