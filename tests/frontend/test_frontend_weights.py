"""Weights, biases and their calibration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from frontend_checks import (
    Function,
    assert_close_in_steps,
    calibration,
    check_model,
    flat_outputs,
    operators,
    random_tensors,
    randomize,
    run_float,
    signal_to_noise,
)
from frontend_models import IMAGE, assert_same
from torch import nn

from torch_cortex_m.frontend.pytorch import import_pytorch


def test_shared_weights_are_stored_once() -> None:
    model = Function(lambda m, x, y: (m.fc(x), m.fc(y)), fc=nn.Linear(8, 4, bias=False))
    graph = check_model(model, ((2, 8), (2, 8)))
    assert [name for name in graph.constants if name.startswith("fc.weight")] == ["fc.weight"]


def test_rounded_weights_do_not_shift_the_mean() -> None:
    """A weight of a third of a step is rounded to 0: the bias takes back what the mean loses."""
    model = nn.Conv2d(1, 2, (1, 2))
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[127.0, 1 / 3], [127.0, 1.0]]).reshape(2, 1, 1, 2))
    data = [(torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(i)),) for i in range(8)]
    graph = import_pytorch(model, data[0], data)
    errors = [run_float(graph, item)[0] - flat_outputs(model, item)[0] for item in data]
    assert abs(np.mean([error[:, 0].mean() for error in errors])) < 0.03


def test_parametrized_weights_are_constants() -> None:
    model = nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 6, 3))
    assert operators(check_model(model, (IMAGE,))) == ["conv2d"]


def test_calibration_takes_any_iterable_and_bare_tensors() -> None:
    model, data = nn.Linear(8, 4), calibration(((2, 8),))
    expected = import_pytorch(model, data[0], data)
    assert_same(import_pytorch(model, data[0], (sample[0] for sample in data)), expected)
    assert_same(import_pytorch(model, data[0][0], [list(sample) for sample in data]), expected)


def test_without_calibration_the_example_inputs_calibrate_with_a_warning() -> None:
    model, inputs = nn.Linear(8, 4), random_tensors(((2, 8),))
    with pytest.warns(UserWarning, match="calibration"):
        graph = import_pytorch(model, inputs)
    assert_same(graph, import_pytorch(model, inputs, [inputs]))


def test_activations_that_are_always_zero() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3))
    nn.init.constant_(model[0].bias, -100.0)  # type: ignore[arg-type]
    data = calibration(((2, 4),))
    graph = import_pytorch(model, data[0], data)
    got = run_float(graph, data[0])
    assert np.abs(got[0] - flat_outputs(model, data[0])[0]).max() < 0.01


@pytest.mark.parametrize(
    "function",
    [
        lambda model, x: torch.clamp(x, 0, 1),
        lambda model, x: nn.functional.hardtanh(x, 1.0, 2.0),
        lambda model, x: nn.functional.relu6(x) + torch.clamp(x, -1, 2),
    ],
)
def test_an_input_that_is_clamped_first_is_observed_behind_the_clamp(
    function: Callable[[nn.Module, torch.Tensor], torch.Tensor],
) -> None:
    """Its integers are for the range that is left, however far the input itself reaches."""
    data = [(50 * x,) for (x,) in calibration(((4, 16),))]
    model = Function(function)
    graph = import_pytorch(model, data[0], data)
    assert_close_in_steps(graph, run_float(graph, data[0]), flat_outputs(model, data[0]), 1.5, 0.9)


def test_an_input_that_is_always_zero() -> None:
    zeros = (torch.zeros(1, 4),)
    graph = import_pytorch(nn.Linear(4, 3), zeros, [zeros])
    assert all(t.quantization is None or t.quantization.scale > 0 for t in graph.types.values())


@pytest.mark.parametrize("size", [0.0, 1e-30, 1e-12, 1e-6])
def test_a_channel_of_tiny_weights_keeps_its_bias(size: float) -> None:
    model = nn.Conv2d(4, 6, 3)
    with torch.no_grad():
        model.weight[2] = size
        model.bias[2] = 7.0  # type: ignore[index]
    data = calibration((IMAGE,))
    got = run_float(import_pytorch(model, data[0], data), data[0])[0]
    expected = flat_outputs(model, data[0])[0]
    assert np.abs(got[:, 2] - 7.0).max() < 0.05
    assert signal_to_noise(expected, got) > 30.0


def test_a_dead_batch_norm_channel_keeps_its_shift() -> None:
    model = randomize(nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), nn.BatchNorm2d(6)))
    with torch.no_grad():
        model[1].weight[1] = 1e-20  # type: ignore[index]
        model[1].bias[1] = 3.0  # type: ignore[index]
    data = calibration((IMAGE,))
    got = run_float(import_pytorch(model.eval(), data[0], data), data[0])[0]
    assert np.abs(got[:, 1] - 3.0).max() < 0.05


MANY = 70_000
"""Taps, whose products with weights of 127 steps and inputs at the end of int8 leave 32 bits."""


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (lambda: nn.Linear(MANY, 2), (1, MANY)),
        (lambda: Function(lambda m, x: x @ m.w, w=torch.ones(MANY, 2)), (1, MANY)),
        (lambda: nn.Conv2d(70, 2, (1, 1000), bias=False), (1, 70, 1, 1000)),
        (lambda: nn.Conv2d(2, 2, (1, MANY), groups=2), (1, 2, 1, MANY)),
    ],
    ids=["linear", "matmul", "conv", "depthwise"],
)
def test_weights_leave_room_for_large_sums(
    model: Callable[[], nn.Module], shape: tuple[int, ...]
) -> None:
    module = model()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(1.0)
    data = [(torch.full(shape, -1.0),), (torch.zeros(shape),)]
    graph = import_pytorch(module, data[0], data)
    for sample in data:
        got, expected = run_float(graph, sample)[0], flat_outputs(module, sample)[0]
        assert np.abs(got - expected).max() < 2 * MANY / 255


def test_a_bias_takes_room_of_large_sums() -> None:
    """Either fits 32 bits alone."""
    model = nn.Linear(60_000, 1)
    nn.init.ones_(model.weight)
    nn.init.constant_(model.bias, -30_000.0)
    data = [(torch.full((1, 60_000), value),) for value in (-1.0, 0.0)]
    graph = import_pytorch(model, data[0], data)
    for sample, expected in zip(data, (-90_000.0, -30_000.0), strict=True):
        assert abs(float(run_float(graph, sample)[0].item()) - expected) < 90_000 / 255
