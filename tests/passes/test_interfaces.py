"""What an operator gets from the passes by what it declares, and that one without is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from graph_builder import NCHW, NHWC, GraphBuilder, names, node, run_and_check

from torch_cortex_m.ir import Quantization, TensorType
from torch_cortex_m.ops.base import Op, TensorArgument
from torch_cortex_m.ops.integers.bounds import Array, Bounds
from torch_cortex_m.ops.interfaces import ChannelFlow, Constants, Types

HALF = 64
"""What the sums of ``Blend`` are divided by."""


@dataclass(frozen=True)
class Opaque(Op):
    """127 - |input|, and not a word about it."""

    name: ClassVar[str] = "opaque"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def reference(self, input: torch.Tensor) -> torch.Tensor:
        return (127 - input.to(torch.int32).abs()).to(torch.int8)


@dataclass(frozen=True)
class Ramp(Op):
    """0, 1, 2, ... without any input."""

    name: ClassVar[str] = "ramp"
    tensors: ClassVar[tuple[TensorArgument, ...]] = ()

    count: int = 4

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return (self.count,)

    def reference(self) -> torch.Tensor:
        return torch.arange(self.count, dtype=torch.int8)


@dataclass(frozen=True)
class Negate(Op):
    """clamp(-1 - input), which says that it is elementwise, its bounds and its clamp."""

    name: ClassVar[str] = "negate"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    elementwise: ClassVar[bool] = True

    activation_min: int = -128
    activation_max: int = 127

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        ends = Bounds(-1 - given["input"].high, -1 - given["input"].low)
        return ends.clamped(self.activation_min, self.activation_max)

    def reference(self, input: torch.Tensor) -> torch.Tensor:
        result = -1 - input.to(torch.int32)
        return result.clamp(self.activation_min, self.activation_max).to(torch.int8)


@dataclass(frozen=True)
class Blend(Op):
    """clamp((weight . input + bias) >> 6) over the last dimension, which says what channels it
    reads and what constant ones amount to. Bias is optional."""

    name: ClassVar[str] = "blend"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("weight"),
        TensorArgument("bias", "int32", optional=True),
    )

    activation_min: int = -128
    activation_max: int = 127

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return (*types["input"].shape[:-1], types["weight"].shape[0])

    def bounds(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> Bounds | None:
        taps = constants["weight"].astype(np.int64)
        ends = np.stack([taps * given["input"].low, taps * given["input"].high])
        sums = Bounds(ends.min(axis=0).sum(axis=1), ends.max(axis=0).sum(axis=1))
        sums = sums.plus(constants.get("bias", np.array(0)).astype(np.int64))
        return Bounds(sums.low // HALF, sums.high // HALF).clamped(
            self.activation_min, self.activation_max
        )

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        return ChannelFlow(mixed={"input": constants["weight"] != 0})

    def keep_channels(
        self, constants: Constants, kept: Mapping[str, Array]
    ) -> tuple[Any, dict[str, Array]]:
        changed = {"weight": constants["weight"][kept["output"]][:, kept["input"]]}
        if "bias" in constants:
            changed["bias"] = constants["bias"][kept["output"]]
        return self, changed

    def fold_constant_channels(
        self, types: Types, constants: Constants, given: Mapping[str, Bounds]
    ) -> dict[str, Array] | None:
        weight = constants["weight"]
        foldable = given["input"].constant & (weight != 0).any(axis=0)
        if not foldable.any():
            return None
        folded = weight[:, foldable].astype(np.int64) @ given["input"].low[foldable]
        bias = (constants.get("bias", np.array(0)) + folded).astype(np.int32)
        return {"weight": np.where(foldable, 0, weight).astype(np.int8), "bias": bias}

    def reference(
        self, input: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        sums = input.to(torch.int64) @ weight.to(torch.int64).T + (0 if bias is None else bias)
        return (sums >> 6).clamp(self.activation_min, self.activation_max).to(torch.int8)


@dataclass(frozen=True)
class Cap(Op):
    """min(input, the largest element of limits), which ties input and output, but not limits."""

    name: ClassVar[str] = "cap"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("limits"),
    )

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def channel_flow(self, types: Types, constants: Constants) -> ChannelFlow | None:
        return ChannelFlow(tied={"input": np.arange(types["input"].shape[-1])})

    def reference(self, input: torch.Tensor, limits: torch.Tensor) -> torch.Tensor:
        return input.minimum(limits.max())


def blend(build: GraphBuilder, x: str, *weight: list[int]) -> str:
    return build.node(
        Blend(), x, build.graph.add_constant("weight", np.array(weight, np.int8)), None
    )


def test_constant_channels_go_into_the_bias_and_then_are_not_computed() -> None:
    build = GraphBuilder()
    x = blend(build, build.input(1, 6, 2), [3, 64], [0, 0], [90, -5], [1, 2])
    x = build.node(Negate(), x)
    build.output(blend(build, x, [64, 100, 7, 0], [-64, 3, 0, 0]))
    after = run_and_check(build)
    first, second = (n for n in after.nodes if n.op.name == "blend")
    # The second channel is -1 whatever the input, and nobody reads the last one.
    np.testing.assert_array_equal(after.constants[first.inputs[1] or ""], [[3, 64], [90, -5]])
    np.testing.assert_array_equal(after.constants[second.inputs[1] or ""], [[64, 7], [-64, 0]])
    np.testing.assert_array_equal(after.constants[second.inputs[2] or ""], [-100, -3])
    assert after.types[node(after, "negate").output].shape == (1, 6, 2)


def test_an_operator_without_declarations_keeps_all_channels() -> None:
    build = GraphBuilder()
    x = blend(build, build.input(1, 6, 2), [3, 64], [0, 0], [90, -5], [1, 2])
    x = build.node(Opaque(), x)
    build.output(blend(build, x, [64, 100, 7, 0], [-64, 3, 0, 0]))
    after = run_and_check(build)
    first, second = (n for n in after.nodes if n.op.name == "blend")
    assert after.types[first.output].shape == (1, 6, 4)
    assert second.inputs[2] is None


def test_an_argument_that_the_declaration_leaves_out_keeps_all_channels() -> None:
    build = GraphBuilder()
    x = build.input(1, 6, 2)
    limits = blend(build, x, [3, 6], [1, 0], [0, 1])
    x = build.node(Cap(), blend(build, x, [64, 3], [90, -5], [1, 2]), limits)
    build.output(blend(build, x, [64, 0, 7]))
    after = run_and_check(build)
    cap = node(after, "cap")
    assert [after.types[value].shape[-1] for value in cap.inputs] == [2, 3]


def between_transposes(op: Op) -> GraphBuilder:
    """max_pool2d, transpose, op, transpose, max_pool2d."""
    build = GraphBuilder()
    x = build.to_nhwc(build.input(1, 3, 4, 4))
    x = build.transpose(build.node(op, build.to_nchw(build.max_pool_nhwc(x))), *NHWC)
    build.output(build.transpose(build.max_pool_nhwc(x), *NCHW))
    return build


def test_an_elementwise_operator_takes_the_layout_of_its_neighbours() -> None:
    after = run_and_check(between_transposes(Negate()))
    assert names(after) == ["max_pool2d", "negate", "max_pool2d"]


def test_an_operator_without_declarations_keeps_its_layout() -> None:
    after = run_and_check(between_transposes(Opaque()))
    assert names(after) == ["max_pool2d", "transpose", "opaque", "transpose", "max_pool2d"]


def test_an_operator_without_inputs_stays() -> None:
    build = GraphBuilder()
    ramp = build.graph.add_node(Ramp(), (), "ramp", quantization=Quantization(0.05, 0))
    x = build.add(build.softmax(build.input(2, 4)), build.node(Negate(), ramp))
    build.output(x)
    assert names(run_and_check(build)) == ["ramp", "softmax", "negate", "add"]


def test_a_clamp_goes_into_an_activation_range_through_movement() -> None:
    build = GraphBuilder()
    x = build.transpose(build.node(Negate(), build.input(2, 3)), 1, 0)
    build.output(build.softmax(build.clamp(x, -7, 30)))
    after = run_and_check(build)
    assert "requantize" not in names(after)
    op = node(after, "negate").op
    assert (op.activation_min, op.activation_max) == (-7, 30)


def test_a_clamp_stays_behind_an_operator_without_declarations() -> None:
    build = GraphBuilder()
    build.output(build.clamp(build.node(Opaque(), build.input(2, 3)), -7, 30))
    assert names(run_and_check(build)) == ["opaque", "requantize"]


def test_elementwise_operators_stand_before_movement() -> None:
    """Where they meet what computes their input; but not before a pad, whose value they change."""
    build = GraphBuilder()
    x = build.transpose(build.softmax(build.input(2, 3)), 1, 0)
    build.output(build.softmax(build.node(Negate(), build.pad(build.reshape(x, 6), 1, 1, value=5))))
    assert names(run_and_check(build)) == ["softmax", "transpose", "pad", "negate", "softmax"]
