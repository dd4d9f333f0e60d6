"""Random convolutional models give PT2E's numbers, whatever their parameters."""

from __future__ import annotations

import torch
from frontend_checks import check_model, operators
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d}
NORMS = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}
POOLS = {1: (nn.MaxPool1d, nn.AvgPool1d), 2: (nn.MaxPool2d, nn.AvgPool2d)}


@st.composite
def models(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, ...], list[str]]:
    """(model, input shape, operators)."""
    spatial = draw(st.sampled_from((1, 2)))
    groups = draw(st.integers(1, 3))
    inputs, outputs = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 4))
    torch.manual_seed(draw(st.integers(0, 1000)))
    convolution = CONVOLUTIONS[spatial](
        inputs,
        outputs,
        draw(st.integers(1, 4)),
        stride=draw(st.integers(1, 3)),
        padding=draw(st.integers(0, 2)),
        dilation=draw(st.integers(1, 2)),
        groups=groups,
        bias=draw(st.booleans()),
    )
    layers: list[nn.Module] = [convolution]
    names = ["depthwise_conv2d" if groups == inputs else "conv2d"]
    if draw(st.booleans()):
        layers.append(NORMS[spatial](outputs))
    if draw(st.booleans()):
        layers.append(draw(st.sampled_from((nn.ReLU(True), nn.ReLU6(), nn.Hardtanh()))))
    if draw(st.booleans()):
        layers.append(POOLS[spatial][0](2, ceil_mode=draw(st.booleans())))
        names.append("max_pool2d")
    size = draw(st.tuples(*[st.integers(9, 12)] * spatial))
    return nn.Sequential(*layers), (draw(st.integers(1, 2)), inputs, *size), names


@settings(
    max_examples=12,
    deadline=None,
    print_blob=True,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(models())
def test_random_models(case: tuple[nn.Module, tuple[int, ...], list[str]]) -> None:
    model, shape, names = case
    assert operators(check_model(model, (shape,), exact=0.7, decibels=20.0)) == names
