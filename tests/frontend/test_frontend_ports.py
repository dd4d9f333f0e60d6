"""Inputs and outputs of models, also those that a model changes in place."""

from __future__ import annotations

import copy

import pytest
import torch
from frontend_checks import (
    Function,
    calibration,
    check_model,
    flat_outputs,
    operators,
    random_tensors,
    run_float,
    signal_to_noise,
)
from frontend_models import IMAGE, Residual
from torch import Tensor, nn

from torch_cortex_m.frontend.pytorch import import_pytorch


def test_names_and_sources_are_the_users_own() -> None:
    graph = import_pytorch(Residual(), random_tensors((IMAGE,)), calibration((IMAGE,)))
    assert {"expand.0", "depthwise", "project", "add", "head"} <= set(graph.types)
    assert {"expand.0.weight", "expand.0.bias", "head.weight", "head.bias"} <= set(graph.constants)
    assert graph.inputs[0].value == "x"
    by_name = {n.output: n for n in graph.nodes}
    line = "frontend_models.py"
    assert by_name["depthwise"].source.startswith(f"depthwise ({line}:")
    assert by_name["expand.0"].source.startswith(f"expand.0 ({line}:")
    assert by_name["add"].source.startswith(f"add ({line}:")
    assert "/" not in by_name["add"].source


def test_several_inputs_and_outputs() -> None:
    model = Function(
        lambda m, a, b: (m.conv(a) + b, {"pooled": b.mean((2, 3)), "list": [a]}),
        conv=nn.Conv2d(4, 4, 3, padding=1),
    )
    graph = check_model(model, (IMAGE, IMAGE), decibels=4.0, exact=0.5)
    assert [port.shape for port in graph.outputs] == [IMAGE, (1, 4), IMAGE]


def test_the_same_value_returned_twice() -> None:
    model = Function(lambda m, x: (y := torch.relu(x), y))
    graph = check_model(model, (IMAGE,))
    assert graph.outputs[0] == graph.outputs[1]


def test_an_input_returned_directly() -> None:
    graph = check_model(Function(lambda m, x: (x, torch.relu(x))), (IMAGE,))
    assert [n.op.name for n in graph.nodes].count("quantize") == 1


def test_an_unused_input_stays() -> None:
    graph = check_model(Function(lambda m, a, b: torch.relu(b)), (IMAGE, (1, 3)))
    assert [port.shape for port in graph.inputs] == [IMAGE, (1, 3)]


def test_in_place_operators_change_what_other_readers_see() -> None:
    def forward(model: nn.Module, x: Tensor) -> Tensor:
        y = model.conv(x)  # type: ignore[operator]
        z = y.view(1, -1)
        y.relu_()
        return z + 1.0

    graph = check_model(Function(forward, conv=nn.Conv2d(4, 6, 3)), (IMAGE,))
    assert operators(graph) == ["conv2d", "table"]


def test_an_input_that_the_model_changes_in_place() -> None:
    graph = check_model(Function(lambda m, x: torch.relu_(x) + 1), (IMAGE,))
    assert operators(graph) == ["table"]


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        (Function(lambda m, x: x.relu_()), IMAGE, ["requantize"]),
        (Function(lambda m, x: x.add_(1.0)), IMAGE, ["table"]),
        (Function(lambda m, x: (x.relu_(), x)), IMAGE, ["requantize"]),
        (nn.ReLU(inplace=True), IMAGE, ["requantize"]),
        (nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 3)), (1, 4), ["requantize", "linear"]),
    ],
)
def test_a_changed_input_that_is_a_result_or_named_input(
    model: nn.Module, shape: tuple[int, ...], expected: list[str]
) -> None:
    """torch.export cannot put an update of an argument called ``input`` into a module."""
    inputs = random_tensors((shape,), 5)
    before = inputs[0].clone()
    graph = import_pytorch(copy.deepcopy(model), inputs, [inputs])
    assert operators(graph) == expected
    assert torch.equal(inputs[0], before)
    wanted = flat_outputs(model.eval(), (before.clone(),))
    for expected_array, got in zip(wanted, run_float(graph, inputs), strict=True):
        assert signal_to_noise(expected_array, got) > 25
