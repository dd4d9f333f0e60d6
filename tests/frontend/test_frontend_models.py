"""Whole models: what folds, fuses and vanishes, names, inputs and outputs, layouts."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import (
    Function,
    calibration,
    check_model,
    flat_outputs,
    operators,
    random_tensors,
    randomize,
    run_float,
    signal_to_noise,
)
from torch import Tensor, nn

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.ir import Graph, Node
from torch_cortex_m.ir.serialize import graph_to_data

IMAGE = (1, 4, 8, 8)


class Residual(nn.Module):
    """A bottleneck as users write it, with in-place activations."""

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.expand = nn.Sequential(
            nn.Conv2d(channels, 12, 1, bias=False), nn.BatchNorm2d(12), nn.ReLU6(inplace=True)
        )
        self.depthwise = nn.Conv2d(12, 12, 3, padding=1, groups=12, bias=False)
        self.norm = nn.BatchNorm2d(12)
        self.project = nn.Conv2d(12, channels, 1)
        self.head = nn.Linear(channels, 5)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self.norm(self.depthwise(self.expand(x))), inplace=True)
        y = torch.relu(x + self.project(y))
        y = functional.adaptive_avg_pool2d(y, 1)
        return self.head(self.dropout(torch.flatten(y, 1)))


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


def test_names_and_sources_are_the_users_own() -> None:
    graph = import_pytorch(Residual(), random_tensors((IMAGE,)), calibration((IMAGE,)))
    assert {"expand.0", "depthwise", "project", "add", "head"} <= set(graph.types)
    assert {"expand.0.weight", "expand.0.bias", "head.weight", "head.bias"} <= set(graph.constants)
    assert graph.inputs[0].value == "x"
    by_name = {n.output: n for n in graph.nodes}
    line = "test_frontend_models.py"
    assert by_name["depthwise"].source.startswith(f"depthwise ({line}:")
    assert by_name["expand.0"].source.startswith(f"expand.0 ({line}:")
    assert by_name["add"].source.startswith(f"add ({line}:")
    assert "/" not in by_name["add"].source


@pytest.mark.parametrize("training", [True, False])
def test_the_callers_model_is_not_changed(training: bool) -> None:
    model = Residual()
    randomize(model).train(training)
    model.head.eval()
    before = copy.deepcopy(model.state_dict())
    modes = [module.training for module in model.modules()]
    import_pytorch(model, random_tensors((IMAGE,)), calibration((IMAGE,)))
    assert [module.training for module in model.modules()] == modes
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_training_mode_gives_the_same_graph() -> None:
    model = randomize(Residual())
    inputs, data = random_tensors((IMAGE,)), calibration((IMAGE,))
    first = import_pytorch(model.train(), inputs, data)
    second = import_pytorch(model.eval(), inputs, data)
    assert_same(first, second)


def assert_same(first: Graph, second: Graph) -> None:
    """The same operators, with the same numbers."""
    assert [n.op for n in first.nodes] == [n.op for n in second.nodes]
    for one, other in zip(first.constants.values(), second.constants.values(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("form", ["program", "file", "path", "trained_program"])
def test_exported_programs(form: str, tmp_path: Path) -> None:
    model = randomize(Residual()).eval()
    inputs, data = random_tensors((IMAGE,)), calibration((IMAGE,))
    expected = import_pytorch(model, inputs, data)
    program = torch.export.export(model.train(form == "trained_program"), inputs)
    path = tmp_path / "model.pt2"
    torch.export.save(program, path)
    source = {"file": str(path), "path": path}.get(form, program)
    assert_same(import_pytorch(source, None, data), expected)


def test_a_program_uses_its_own_example_inputs() -> None:
    program = torch.export.export(nn.Linear(4, 3), random_tensors(((2, 4),)))
    with pytest.warns(UserWarning, match="calibration"):
        assert operators(import_pytorch(program, None)) == ["linear"]


@pytest.mark.parametrize("model_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("input_format", [torch.contiguous_format, torch.channels_last])
def test_memory_formats_give_the_same(
    model_format: torch.memory_format, input_format: torch.memory_format
) -> None:
    data, inputs = calibration((IMAGE,)), random_tensors((IMAGE,))
    model = randomize(Residual()).eval()
    expected = import_pytorch(model, inputs, data)
    changed = copy.deepcopy(model).to(memory_format=model_format)  # type: ignore[call-overload]
    given = [tuple(tensor.to(memory_format=input_format) for tensor in item) for item in data]
    graph = import_pytorch(changed, (inputs[0].to(memory_format=input_format),), given)
    assert_same(graph, expected)


def test_channels_last_inside_the_model_changes_nothing() -> None:
    model = Function(
        lambda m, x: m.conv(x.to(memory_format=torch.channels_last)).contiguous().view(1, -1),
        conv=nn.Conv2d(4, 6, 3),
    )
    graph = import_pytorch(model, random_tensors((IMAGE,)), calibration((IMAGE,)))
    assert operators(graph) == ["conv2d"]


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


def test_dump_gets_every_stage() -> None:
    stages: list[str] = []
    data = calibration(((1, 4),))
    import_pytorch(
        nn.Linear(4, 3), data[0], data, name="tiny", dump=lambda name, text: stages.append(name)
    )
    assert stages == ["captured", "cleaned", "quantized"]


def test_nothing_is_printed_and_nobody_warns(
    recwarn: pytest.WarningsRecorder, capfd: pytest.CaptureFixture[str]
) -> None:
    data = calibration((IMAGE,))
    import_pytorch(Residual(), data[0], data)
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (lambda: nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.Dropout()), IMAGE),
        (lambda: nn.Sequential(nn.Linear(8, 6), nn.ReLU6(), nn.Softmax(-1)), (3, 8)),
        (lambda: nn.Sequential(nn.Conv2d(4, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()), IMAGE),
        (Residual, IMAGE),
    ],
)
def test_a_module_gives_what_its_exported_program_gives(
    build: Callable[[], nn.Module], shape: tuple[int, ...]
) -> None:
    """Known operators are not decomposed again, and a program's are."""
    model = randomize(build().eval())
    data = calibration((shape,))
    exported = torch.export.export(model, data[0], strict=False)
    graphs = [import_pytorch(each, data[0], data) for each in (model, exported)]
    assert graph_to_data(graphs[0]) == graph_to_data(graphs[1])
