"""Whole models: what folds, fuses and vanishes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import (
    Function,
    check_model,
    operators,
)
from frontend_models import IMAGE, Residual
from torch import nn

from torch_cortex_m.ir import Graph, Node


def node(graph: Graph, operator: str) -> Node:
    return next(node for node in graph.nodes if node.op.name == operator)


FOLDS: list[tuple[str, Callable[[], nn.Module], tuple[int, ...], list[str]]] = [
    (
        "conv_norm_relu",
        lambda: nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU()),
        IMAGE,
        ["conv2d"],
    ),
    (
        "conv_without_bias_norm",
        lambda: nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), nn.BatchNorm2d(6, affine=False)),
        IMAGE,
        ["conv2d"],
    ),
    (
        "depthwise_norm_relu6",
        lambda: nn.Sequential(nn.Conv2d(4, 8, 3, groups=4), nn.BatchNorm2d(8), nn.ReLU6(True)),
        IMAGE,
        ["depthwise_conv2d"],
    ),
    (
        "conv1d_norm",
        lambda: nn.Sequential(nn.Conv1d(4, 6, 3), nn.BatchNorm1d(6), nn.ReLU(True)),
        (2, 4, 9),
        ["conv2d"],
    ),
    (
        "linear_norm",
        lambda: nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Hardtanh()),
        (3, 8),
        ["linear"],
    ),
    (
        "linear_norm_over_positions",
        lambda: nn.Sequential(nn.Linear(8, 6), nn.BatchNorm1d(3)),
        (2, 3, 8),
        ["linear", "depthwise_conv2d"],
    ),
    (
        "conv_dropout_norm",
        lambda: nn.Sequential(nn.Conv2d(4, 6, 3), nn.Dropout2d(), nn.BatchNorm2d(6)),
        IMAGE,
        ["conv2d"],
    ),
    ("norm_4d", lambda: nn.BatchNorm2d(4), IMAGE, ["depthwise_conv2d"]),
    ("norm_3d", lambda: nn.BatchNorm1d(4), (2, 4, 9), ["depthwise_conv2d"]),
    ("norm_2d", lambda: nn.BatchNorm1d(4), (3, 4), ["depthwise_conv2d"]),
    (
        "norm_before_conv",
        lambda: nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 6, 3, padding=1)),
        IMAGE,
        ["depthwise_conv2d", "conv2d"],
    ),
    (
        "norm_after_shared_conv",
        lambda: Function(
            lambda m, x: m.norm(y := m.conv(x)) + y,
            conv=nn.Conv2d(4, 4, 3),
            norm=nn.BatchNorm2d(4),
        ),
        IMAGE,
        ["conv2d", "depthwise_conv2d", "add"],
    ),
    (
        "conv_used_twice",
        lambda: Function(
            lambda m, x: m.second(m.conv(m.first(m.conv(x)))),
            conv=nn.Conv2d(4, 4, 3),
            first=nn.BatchNorm2d(4),
            second=nn.BatchNorm2d(4),
        ),
        IMAGE,
        ["conv2d", "conv2d"],
    ),
    (
        "activations_in_a_row",
        lambda: nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Hardtanh(-1, 0.8)),
        IMAGE,
        ["conv2d"],
    ),
    (
        "relu_after_max_pool",
        lambda: nn.Sequential(nn.Conv2d(4, 6, 3), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()),
        IMAGE,
        ["conv2d", "max_pool2d"],
    ),
    (
        "clamp_after_movement",
        lambda: Function(lambda m, x: m.conv(x).flatten(1).clamp(max=0.5), conv=nn.Conv2d(4, 6, 3)),
        IMAGE,
        ["conv2d"],
    ),
    (
        "activation_of_a_value_with_two_readers",
        lambda: Function(
            lambda m, x: torch.relu(y := m.conv(x)) + m.other(y),
            conv=nn.Conv2d(4, 6, 3),
            other=nn.Conv2d(6, 6, 1),
        ),
        IMAGE,
        ["conv2d", "requantize", "conv2d", "add"],
    ),
    (
        "activation_and_its_argument",
        lambda: Function(lambda m, x: torch.relu(y := m.conv(x)) + y, conv=nn.Conv2d(4, 6, 3)),
        IMAGE,
        ["conv2d", "table"],
    ),
    (
        "explicit_pad",
        lambda: nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(4, 6, 3, 2)),
        IMAGE,
        ["pad", "conv2d"],
    ),
    (
        "computed_constants",
        lambda: Function(
            lambda m, x: (
                functional.conv2d(x, m.w.abs().permute(0, 3, 1, 2) * 2) + torch.ones(6, 1, 1)
            ),
            w=torch.ones(6, 3, 3, 4),
        ),
        IMAGE,
        ["conv2d", "table"],
    ),
    (
        "identities",
        lambda: Function(
            lambda m, x: m.conv(x.clone().contiguous()[:].to(torch.float32)).detach(),
            conv=nn.Sequential(nn.Identity(), nn.Dropout(), nn.Conv2d(4, 6, 3)),
        ),
        IMAGE,
        ["conv2d"],
    ),
    (
        "softmax_then_movement",
        lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(256, 6), nn.Softmax(1), nn.Unflatten(1, (2, 3))
        ),
        IMAGE,
        ["linear", "softmax"],
    ),
]


@pytest.mark.parametrize(
    ("factory", "shape", "expected"), [case[1:] for case in FOLDS], ids=[case[0] for case in FOLDS]
)
def test_model(factory: Callable, shape: tuple[int, ...], expected: list[str]) -> None:
    torch.manual_seed(11)
    graph = check_model(factory(), (shape,), steps=2.0, exact=0.6, decibels=20.0)
    assert operators(graph) == expected


def test_relu_after_average_stays_behind_it() -> None:
    """The relu's steps are finer than the average's, so that a tie there is several steps here."""
    torch.manual_seed(11)
    model = nn.Sequential(nn.Conv2d(4, 6, 3), nn.AvgPool2d(2), nn.ReLU())
    graph = check_model(model, (IMAGE,), steps=5.0, exact=0.6)
    assert operators(graph) == ["conv2d", "avg_pool2d", "requantize"]


def test_residual_network() -> None:
    torch.manual_seed(12)
    graph = check_model(Residual(), (IMAGE,), steps=2.0, exact=0.5)
    assert operators(graph) == [
        "conv2d",
        "depthwise_conv2d",
        "conv2d",
        "add",
        "avg_pool2d",
        "linear",
    ]
    assert node(graph, "add").op.activation_min == node(graph, "add").op.output_offset
    assert [n.op.name for n in graph.nodes].count("quantize") == 1
