"""Every PyTorch operator that has a mapping gives the right graph and numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, check_model, operators, seeded
from torch import Tensor, nn

Factory = Callable[[], nn.Module]
Shape = tuple[int, ...]


def constant(*shape: int) -> Tensor:
    return torch.randn(shape, generator=seeded(3))


def function(body: Callable, **modules: Callable | nn.Module | Tensor) -> Factory:
    """A factory of a model with this forward."""
    return lambda: Function(body, **modules)  # type: ignore[arg-type]


def activations_beside_their_input(m: Function, x: Tensor) -> Tensor:
    """All with one quantization, whose ends are not the activations'."""
    wide = functional.conv2d(x, m.weights)
    return torch.cat([torch.relu(wide), functional.relu6(wide), wide], 1)


IMAGE = (1, 4, 8, 8)
CASES: list[tuple[str, Factory, tuple[Shape, ...], list[str]]] = [
    ("conv2d", lambda: nn.Conv2d(4, 6, 3), (IMAGE,), ["conv2d"]),
    ("conv2d_no_bias", lambda: nn.Conv2d(4, 6, 3, bias=False), (IMAGE,), ["conv2d"]),
    (
        "conv2d_stride_padding",
        lambda: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0)),
        (IMAGE,),
        ["conv2d"],
    ),
    ("conv2d_dilation", lambda: nn.Conv2d(4, 6, 3, dilation=(2, 1)), (IMAGE,), ["conv2d"]),
    ("conv2d_groups", lambda: nn.Conv2d(4, 6, 3, groups=2), (IMAGE,), ["conv2d"]),
    ("conv2d_batch", lambda: nn.Conv2d(4, 6, 3), ((3, 4, 8, 8),), ["conv2d"]),
    ("conv2d_unbatched", lambda: nn.Conv2d(4, 6, 3), ((4, 8, 8),), ["conv2d"]),
    ("conv2d_same", lambda: nn.Conv2d(4, 6, 3, padding="same"), (IMAGE,), ["conv2d"]),
    ("conv2d_same_even", lambda: nn.Conv2d(4, 6, (4, 2), padding="same"), (IMAGE,), ["conv2d"]),
    ("conv2d_valid", lambda: nn.Conv2d(4, 6, 3, padding="valid"), (IMAGE,), ["conv2d"]),
    (
        "conv2d_same_dilation",
        lambda: nn.Conv2d(4, 6, 2, padding="same", dilation=3),
        (IMAGE,),
        ["conv2d"],
    ),
    (
        "conv2d_functional",
        function(lambda m, x: functional.conv2d(x, m.w, stride=2), w=constant(6, 4, 3, 3)),
        (IMAGE,),
        ["conv2d"],
    ),
    ("conv1d", lambda: nn.Conv1d(4, 6, 3, 2, 1), ((2, 4, 9),), ["conv2d"]),
    ("conv1d_same", lambda: nn.Conv1d(4, 6, 4, padding="same"), ((2, 4, 9),), ["conv2d"]),
    ("conv1d_depthwise", lambda: nn.Conv1d(4, 8, 3, groups=4), ((1, 4, 9),), ["depthwise_conv2d"]),
    ("conv1d_unbatched", lambda: nn.Conv1d(4, 6, 3), ((4, 9),), ["conv2d"]),
    ("depthwise", lambda: nn.Conv2d(4, 4, 3, groups=4), (IMAGE,), ["depthwise_conv2d"]),
    ("depthwise_x3", lambda: nn.Conv2d(4, 12, 3, groups=4), (IMAGE,), ["depthwise_conv2d"]),
    ("depthwise_1_channel", lambda: nn.Conv2d(1, 5, 3), ((1, 1, 8, 8),), ["depthwise_conv2d"]),
    ("linear", lambda: nn.Linear(8, 5), ((3, 8),), ["linear"]),
    ("linear_no_bias", lambda: nn.Linear(8, 5, bias=False), ((3, 8),), ["linear"]),
    ("linear_rank_1", lambda: nn.Linear(8, 5), ((8,),), ["linear"]),
    ("linear_rank_4", lambda: nn.Linear(8, 5), ((2, 3, 4, 8),), ["linear"]),
    ("matmul", function(lambda m, x: x @ m.w, w=constant(8, 5)), ((2, 3, 8),), ["linear"]),
    ("mm", function(lambda m, x: torch.mm(x, m.w), w=constant(8, 5)), ((3, 8),), ["linear"]),
    (
        "addmm",
        function(lambda m, x: torch.addmm(m.b, x, m.w.t()), w=constant(5, 8), b=constant(5)),
        ((3, 8),),
        ["linear"],
    ),
    ("add", function(lambda m, x, y: x + y), (IMAGE, IMAGE), ["add"]),
    ("add_itself", function(lambda m, x: x + x), (IMAGE,), ["table"]),
    ("add_broadcast", function(lambda m, x, y: x + y), (IMAGE, (4, 1, 1)), ["add"]),
    ("add_alpha", function(lambda m, x, y: torch.add(x, y, alpha=0.3)), (IMAGE, IMAGE), ["add"]),
    ("add_in_place", function(lambda m, x, y: (x + y).add_(x)), (IMAGE, IMAGE), ["add", "add"]),
    ("add_scalar", function(lambda m, x: x + 1.5), (IMAGE,), ["table"]),
    ("add_scalar_left", function(lambda m, x: 2 + x), (IMAGE,), ["table"]),
    ("add_scalar_negative", function(lambda m, x: x + (-0.75)), (IMAGE,), ["table"]),
    ("add_constant", function(lambda m, x: x + m.c, c=constant(4, 1, 1)), (IMAGE,), ["add"]),
    ("add_constant_left", function(lambda m, x: m.c + x, c=constant(8)), (IMAGE,), ["add"]),
    ("add_rank_0", function(lambda m, x: x + m.c, c=torch.tensor(0.7)), (IMAGE,), ["table"]),
    ("sub_scalar", function(lambda m, x: x - 0.5), (IMAGE,), ["table"]),
    ("sub_constant", function(lambda m, x: x - m.c, c=constant(8)), (IMAGE,), ["add"]),
    ("mul", function(lambda m, x, y: x * y), (IMAGE, IMAGE), ["mul"]),
    ("mul_itself", function(lambda m, x: x * x), (IMAGE,), ["table"]),
    ("mul_broadcast", function(lambda m, x, y: x * y), (IMAGE, (4, 1, 1)), ["mul"]),
    ("mul_relu", function(lambda m, x, y: torch.relu(x * y)), (IMAGE, IMAGE), ["mul"]),
    ("mul_scalar", function(lambda m, x: x * -1.5), (IMAGE,), ["table"]),
    ("mul_constant_left", function(lambda m, x: m.c * x, c=constant(8)), (IMAGE,), ["mul"]),
    ("avg_pool2d", lambda: nn.AvgPool2d(2), (IMAGE,), ["avg_pool2d"]),
    ("avg_pool2d_padding", lambda: nn.AvgPool2d(3, 2, 1), (IMAGE,), ["avg_pool2d"]),
    (
        "avg_pool2d_exclude_padding",
        lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        (IMAGE,),
        ["avg_pool2d"],
    ),
    ("avg_pool2d_ceil", lambda: nn.AvgPool2d(3, 2, ceil_mode=True), (IMAGE,), ["avg_pool2d"]),
    (
        "avg_pool2d_divisor",
        lambda: nn.AvgPool2d((2, 3), divisor_override=7),
        (IMAGE,),
        ["avg_pool2d"],
    ),
    ("avg_pool2d_unbatched", lambda: nn.AvgPool2d(2), ((4, 8, 8),), ["avg_pool2d"]),
    ("avg_pool1d", lambda: nn.AvgPool1d(3, 2, 1), ((2, 4, 9),), ["avg_pool2d"]),
    ("adaptive_avg_pool2d", lambda: nn.AdaptiveAvgPool2d(1), (IMAGE,), ["avg_pool2d"]),
    ("adaptive_avg_pool2d_even", lambda: nn.AdaptiveAvgPool2d((4, 2)), (IMAGE,), ["avg_pool2d"]),
    ("adaptive_avg_pool2d_odd", lambda: nn.AdaptiveAvgPool2d((3, 5)), (IMAGE,), ["avg_pool2d"]),
    ("adaptive_avg_pool2d_none", lambda: nn.AdaptiveAvgPool2d((None, 3)), (IMAGE,), ["avg_pool2d"]),
    ("adaptive_avg_pool1d", lambda: nn.AdaptiveAvgPool1d(4), ((2, 4, 9),), ["avg_pool2d"]),
    ("mean", function(lambda m, x: x.mean((2, 3))), (IMAGE,), ["avg_pool2d"]),
    (
        "mean_keepdim",
        function(lambda m, x: x.mean((-1, -2), keepdim=True)),
        (IMAGE,),
        ["avg_pool2d"],
    ),
    ("mean_height", function(lambda m, x: x.mean(2)), (IMAGE,), ["avg_pool2d"]),
    ("mean_1d", function(lambda m, x: x.mean(-1)), ((2, 4, 9),), ["avg_pool2d"]),
    ("max_pool2d", lambda: nn.MaxPool2d(2), (IMAGE,), ["max_pool2d"]),
    ("max_pool2d_padding", lambda: nn.MaxPool2d(3, 2, 1), (IMAGE,), ["max_pool2d"]),
    ("max_pool2d_dilation", lambda: nn.MaxPool2d(2, 1, dilation=(3, 2)), (IMAGE,), ["max_pool2d"]),
    ("max_pool2d_ceil", lambda: nn.MaxPool2d(3, 2, ceil_mode=True), (IMAGE,), ["max_pool2d"]),
    ("max_pool1d", lambda: nn.MaxPool1d(3, 2, 1), ((2, 4, 9),), ["max_pool2d"]),
    (
        "max_pool2d_indices_unused",
        function(lambda m, x: functional.max_pool2d(x, 2, return_indices=True)[0]),
        (IMAGE,),
        ["max_pool2d"],
    ),
    ("softmax", lambda: nn.Softmax(-1), ((3, 10),), ["softmax"]),
    ("softmax_channels", lambda: nn.Softmax(1), (IMAGE,), ["softmax"]),
    ("softmax_2d", lambda: nn.Softmax2d(), (IMAGE,), ["softmax"]),
    ("sigmoid", lambda: nn.Sigmoid(), (IMAGE,), ["table"]),
    ("sigmoid_in_place", function(lambda m, x: (x + 1).sigmoid_()), (IMAGE,), ["table"]),
    ("tanh", lambda: nn.Tanh(), (IMAGE,), ["table"]),
    ("silu", lambda: nn.SiLU(), (IMAGE,), ["table"]),
    ("hardsigmoid", lambda: nn.Hardsigmoid(), (IMAGE,), ["table"]),
    ("hardswish", lambda: nn.Hardswish(), (IMAGE,), ["table"]),
    ("relu", lambda: nn.ReLU(), (IMAGE,), ["requantize"]),
    ("relu6", lambda: nn.ReLU6(), (IMAGE,), ["requantize"]),
    ("hardtanh", lambda: nn.Hardtanh(-0.5, 0.7), (IMAGE,), ["requantize"]),
    (
        "activations_within_a_wider_range",
        function(activations_beside_their_input, weights=5 * constant(4, 4, 1, 1)),
        (IMAGE,),
        ["conv2d", "requantize", "requantize", "concatenate", "concatenate"],
    ),
    ("clamp", function(lambda m, x: x.clamp(-0.5, 1.0)), (IMAGE,), ["requantize"]),
    ("clamp_min", function(lambda m, x: x.clamp_min(-0.5)), (IMAGE,), ["requantize"]),
    ("clamp_max", function(lambda m, x: x.clamp(max=0.5)), (IMAGE,), ["requantize"]),
    ("flatten", lambda: nn.Flatten(), (IMAGE,), []),
    ("view", function(lambda m, x: x.view(2, -1)), (IMAGE,), []),
    ("reshape_squeeze", function(lambda m, x: x.squeeze(0).unsqueeze(-1)), (IMAGE,), []),
    ("unflatten", lambda: nn.Unflatten(1, (2, 2)), (IMAGE,), []),
    ("transpose", function(lambda m, x: x.transpose(1, -1)), (IMAGE,), []),
    ("permute", function(lambda m, x: x.permute(0, 2, 3, 1).contiguous()), (IMAGE,), []),
    ("permute_view", function(lambda m, x: x.permute(0, 2, 3, 1).reshape(1, -1)), (IMAGE,), []),
    ("t", function(lambda m, x: x.t()), ((3, 5),), []),
    ("pad", function(lambda m, x: functional.pad(x, (1, 2, 0, 3))), (IMAGE,), ["pad"]),
    ("pad_value", function(lambda m, x: functional.pad(x, (1, 1), value=5.0)), (IMAGE,), ["pad"]),
    ("zero_pad", lambda: nn.ZeroPad2d((0, 1, 0, 1)), (IMAGE,), ["pad"]),
    ("constant_pad_1d", lambda: nn.ConstantPad1d(2, 0.5), ((2, 4, 9),), ["pad"]),
]


AVERAGES = {"exact": 0.5, "positive": True}
"""Averages keep their input's scale, at which those of numbers around 0 vanish; and they often lie
half way between two steps."""


@pytest.mark.parametrize(
    ("factory", "shapes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_operator(factory: Factory, shapes: tuple[Shape, ...], expected: list[str]) -> None:
    torch.manual_seed(7)
    graph = check_model(factory(), shapes, **(AVERAGES if expected == ["avg_pool2d"] else {}))
    assert operators(graph) == expected
    assert [port.shape for port in graph.inputs] == list(shapes)
