"""Graphs as the frontend hands them to the passes, and an interpreter to compare them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from torch_cortex_m.ir import (
    Graph,
    Port,
    Quantization,
    TensorType,
    format_graph,
    verify,
)
from torch_cortex_m.ops import part
from torch_cortex_m.ops.add.op import Add
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.dequantize.op import Dequantize
from torch_cortex_m.ops.integers.arithmetic import dequantize_array
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d
from torch_cortex_m.ops.pad.op import Pad
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.rules.case_data import random_bias, random_int8, random_requantization
from torch_cortex_m.ops.rules.exponentials import exponential_scaling
from torch_cortex_m.ops.softmax.op import Softmax
from torch_cortex_m.ops.transpose.op import Transpose
from torch_cortex_m.passes import run_passes

NHWC = (0, 2, 3, 1)
NCHW = (0, 3, 1, 2)
Shape = tuple[int, ...]


class GraphBuilder:
    """Adds operators in the user's layout: windows take and give NCHW, between transposes.

    Values are int8 with quantization; every method returns the name of its output.
    """

    def __init__(self, seed: int = 0) -> None:
        self.graph = Graph("test")
        self.rng = np.random.default_rng(seed)

    def shape(self, value: str) -> Shape:
        return self.graph.types[value].shape

    def zero_point(self, value: str) -> int:
        quantization = self.graph.types[value].quantization
        return 0 if quantization is None else quantization.zero_point

    def input(self, *shape: int, zero_point: int = 3) -> str:
        name = self.graph.add_input("x", TensorType(shape, "float32"))
        quantize = Quantize(scale=0.05, zero_point=zero_point)
        return self.node(quantize, name, zero_point=zero_point, wanted=f"{name}_quantized")

    def output(self, value: str) -> str:
        quantization = self.graph.types[value].quantization
        assert quantization is not None
        op = Dequantize(quantization.scale, quantization.zero_point)
        name = self.graph.add_node(op, (value,), "output")
        self.graph.outputs.append(Port(name, self.shape(name)))
        return name

    def node(
        self,
        op: Any,
        *inputs: str | None,
        zero_point: int | None = None,
        wanted: str | None = None,
    ) -> str:
        """The only output of ``nodes``."""
        (output,) = self.nodes(op, *inputs, zero_point=zero_point, wanted=wanted)
        return output

    def nodes(
        self,
        op: Any,
        *inputs: str | None,
        zero_point: int | None = None,
        wanted: str | None = None,
    ) -> tuple[str, ...]:
        """zero_point: of the outputs; without it, they have the first input's quantization."""
        assert inputs[0] is not None
        quantization = self.graph.types[inputs[0]].quantization
        if zero_point is not None:
            quantization = Quantization(0.05, zero_point)
        count = len(op.outputs)
        return self.graph.add_outputs(
            op, inputs, [wanted or op.name] * count, [quantization] * count
        )

    def constant(self, *shape: int, zero_point: int = -5) -> str:
        name = self.graph.add_constant("constant", random_int8(self.rng, shape))
        self.graph.types[name] = TensorType(shape, "int8", Quantization(0.05, zero_point))
        return name

    def conv(self, x: str, channels: int, kernel: tuple[int, int] = (3, 3), **fields: Any) -> str:
        return self.to_nchw(self.conv_nhwc(self.to_nhwc(x), channels, kernel, **fields))

    def conv_nhwc(
        self,
        x: str,
        channels: int,
        kernel: tuple[int, int] = (3, 3),
        *,
        zero_point: int = -7,
        **fields: Any,
    ) -> str:
        inputs = self.shape(x)[3]
        op = Conv2d(input_offset=-self.zero_point(x), output_offset=zero_point, **fields)
        weight = self.graph.add_constant(
            "weight", random_int8(self.rng, (channels, *kernel, inputs // op.groups))
        )
        arguments = self._channels(channels, kernel[0] * kernel[1] * inputs // op.groups)
        return self.node(op, x, weight, *arguments, zero_point=zero_point)

    def depthwise(
        self, x: str, kernel: tuple[int, int] = (3, 3), *, zero_point: int = -7, **fields: Any
    ) -> str:
        x = self.to_nhwc(x)
        op = DepthwiseConv2d(input_offset=-self.zero_point(x), output_offset=zero_point, **fields)
        channels = self.shape(x)[3] * op.depth_multiplier
        weight = self.graph.add_constant("weight", random_int8(self.rng, (1, *kernel, channels)))
        arguments = self._channels(channels, kernel[0] * kernel[1])
        return self.to_nchw(self.node(op, x, weight, *arguments, zero_point=zero_point))

    def conv1d(self, x: str, channels: int, kernel: int = 3, **fields: Any) -> str:
        batches, inputs, length = self.shape(x)
        x = self.reshape(x, batches, inputs, 1, length)
        x = self.conv(x, channels, (1, kernel), **fields)
        return self.reshape(x, batches, channels, self.shape(x)[3])

    def linear(self, x: str, features: int, *, zero_point: int = -7) -> str:
        inputs = self.shape(x)[-1]
        op = Linear(input_offset=-self.zero_point(x), output_offset=zero_point)
        weight = self.graph.add_constant("weight", random_int8(self.rng, (features, inputs)))
        return self.node(op, x, weight, *self._channels(features, inputs), zero_point=zero_point)

    def _channels(self, channels: int, taps: int) -> tuple[str, ...]:
        """Random bias, multipliers and shifts that give ``taps`` products the range of int8."""
        multipliers, shifts = random_requantization(self.rng, channels, taps)
        return (
            self.graph.add_constant("bias", random_bias(self.rng, channels)),
            self.graph.add_constant("multipliers", multipliers),
            self.graph.add_constant("shifts", shifts),
        )

    def max_pool(self, x: str, kernel: tuple[int, int] = (2, 2), **fields: Any) -> str:
        return self.to_nchw(self.node(MaxPool2d(kernel=kernel, **fields), self.to_nhwc(x)))

    def max_pool_nhwc(self, x: str) -> str:
        return self.node(MaxPool2d(kernel=(2, 2)), x)

    def avg_pool(self, x: str, kernel: tuple[int, int] = (2, 2), **fields: Any) -> str:
        fields = {"padding_value": self.zero_point(x)} | fields
        return self.to_nchw(self.node(AvgPool2d(kernel=kernel, **fields), self.to_nhwc(x)))

    def global_average(self, x: str) -> str:
        return self.avg_pool(x, self.shape(x)[2:4])

    def add(self, x: str, y: str, *, zero_point: int = -7) -> str:
        scaling = {"left_shift": 20, "input_multiplier": 1 << 30, "other_multiplier": 1 << 30}
        scaling |= {"input_shift": 0, "other_shift": 0}
        op = Add(
            input_offset=-self.zero_point(x),
            other_offset=-self.zero_point(y),
            output_offset=zero_point,
            output_multiplier=1518500250,
            output_shift=-19,
            **scaling,
        )
        return self.node(op, x, y, zero_point=zero_point)

    def relu(self, x: str, high: int = 127) -> str:
        return self.clamp(x, self.zero_point(x), max(high, self.zero_point(x)))

    def clamp(self, x: str, low: int, high: int) -> str:
        zero_point = self.zero_point(x)
        offsets = {"input_offset": -zero_point, "output_offset": zero_point}
        return self.node(Requantize(activation_min=low, activation_max=high, **offsets), x)

    def requantize(self, x: str, zero_point: int = 11) -> str:
        op = Requantize(
            input_offset=-self.zero_point(x),
            multiplier=1357908642,
            shift=0,
            output_offset=zero_point,
        )
        return self.node(op, x, zero_point=zero_point)

    def softmax(self, x: str) -> str:
        name = self.node(Softmax(*exponential_scaling(0.05)), x, None, zero_point=-128)
        self.graph.types[name] = TensorType(self.shape(x), "int8", Quantization(1 / 256, -128))
        return name

    def pad(self, x: str, *padding: int, value: int | None = None) -> str:
        return self.node(Pad(padding, self.zero_point(x) if value is None else value), x)

    def pad_image(self, x: str, border: int, value: int | None = None) -> str:
        return self.pad(x, 0, 0, 0, 0, *[border] * 4, value=value)

    def reshape(self, x: str, *shape: int) -> str:
        return self.node(Reshape(shape), x)

    def flatten(self, x: str) -> str:
        batches, *rest = self.shape(x)
        return self.reshape(x, batches, int(np.prod(rest)))

    def transpose(self, x: str, *permutation: int) -> str:
        return self.node(Transpose(permutation), x)

    def to_nhwc(self, x: str) -> str:
        return self.transpose(x, *NHWC)

    def to_nchw(self, x: str) -> str:
        return self.transpose(x, *NCHW)


def names(graph: Graph) -> list[str]:
    """The operators in order of execution, without views."""
    return [node.op.name for node in graph.computing_nodes()]


def node(graph: Graph, name: str) -> Any:
    """The only operator of this name."""
    (found,) = [node for node in graph.nodes if node.op.name == name]
    return found


def interpret(graph: Graph, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The outputs as the user sees them: float32, in the user's layout.

    ``inputs``: port's value -> float32 in the user's layout.
    """
    values = {name: torch.from_numpy(data) for name, data in graph.constants.items()}
    for port in graph.inputs:
        data = torch.from_numpy(inputs[port.value])
        type_ = graph.types[port.value]
        if type_.dtype == "int8":
            assert type_.quantization is not None
            scale, zero_point = type_.quantization.scale, type_.quantization.zero_point
            quantize = Quantize(scale, zero_point, ties_away=port.ties_away)
            (data,) = _run(quantize, (data,))
        values[port.value] = data.permute(port.permutation or tuple(range(data.ndim)))
    for node in graph.nodes:
        tensors = tuple(None if v is None else values[v] for v in node.inputs)
        values |= zip(node.outputs, _run(node.op, tensors), strict=True)
    return [_user_output(graph, port, values[port.value].numpy()) for port in graph.outputs]


def _run(op: Any, tensors: tuple[torch.Tensor | None, ...]) -> tuple[torch.Tensor, ...]:
    if hasattr(op, "reference"):  # of an operator that a test defines
        results = op.reference(*tensors)
    else:
        reference = part(op.name, "reference")
        assert reference is not None
        results = reference.reference(op, *tensors)
    several = results if isinstance(results, tuple) else (results,)
    return tuple(result.contiguous() for result in several)


def _user_output(graph: Graph, port: Port, data: np.ndarray) -> np.ndarray:
    type_ = graph.types[port.value]
    if type_.dtype == "int8":
        assert type_.quantization is not None
        data = dequantize_array(data, type_.quantization.scale, type_.quantization.zero_point)
    if port.permutation is not None:
        data = data.transpose(np.argsort(port.permutation))
    assert data.shape == port.shape
    return data


def random_inputs(graph: Graph, seed: int = 0) -> dict[str, np.ndarray]:
    """Floats that use all of int8 and saturate now and then."""
    rng = np.random.default_rng(seed)
    return {
        port.value: rng.uniform(-7.5, 7.5, port.shape).astype(np.float32) for port in graph.inputs
    }


def check_same(before: Graph, after: Graph, seed: int = 0) -> None:
    """Both verify and give equal outputs for random inputs."""
    verify(before)
    verify(after)
    inputs = random_inputs(before, seed)
    expected, actual = interpret(before, inputs), interpret(after, inputs)
    assert len(expected) == len(actual)
    for left, right in zip(expected, actual, strict=True):
        np.testing.assert_array_equal(left, right)


def run_and_check(builder: GraphBuilder) -> Graph:
    """All passes, with int8 and with float edges: both give what the graph gave before, and running
    them again changes nothing."""
    check_same(builder.graph, run_passes(builder.graph, float_io=True))
    after = run_passes(builder.graph)
    check_same(builder.graph, after)
    assert format_graph(run_passes(after)) == format_graph(after), "something was left to do"
    return after
