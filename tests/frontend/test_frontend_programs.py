"""A model is the same graph as a module, as its exported program and as a file."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from frontend_checks import (
    Function,
    calibration,
    operators,
    random_tensors,
    randomize,
)
from frontend_models import IMAGE, Residual, assert_same
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.ir.serialize import graph_to_data


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


def test_calibration_runs_in_one_thread_and_gives_the_callers_back() -> None:
    data, seen = calibration((IMAGE,)), set[int]()

    def samples() -> Iterator[object]:
        for sample in data:
            seen.add(torch.get_num_threads())
            yield sample
        yield data[0][0][:, :1]  # of another shape

    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(TcmError, match="shape"):
            import_pytorch(randomize(Residual()), random_tensors((IMAGE,)), samples())
        assert (seen, torch.get_num_threads()) == ({1}, 2)
    finally:
        torch.set_num_threads(threads)


def test_calibration_by_a_loader_that_does_not_know_its_length() -> None:
    class Stream(IterableDataset[tuple[torch.Tensor, ...]]):
        def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
            return iter(data)

    data = calibration((IMAGE,))
    loader = DataLoader(Stream(), batch_size=None)
    with pytest.raises(TypeError):
        len(loader)
    model, inputs = randomize(Residual()), random_tensors((IMAGE,))
    assert_same(*(import_pytorch(model, inputs, samples) for samples in (loader, data)))


def test_training_mode_gives_the_same_graph() -> None:
    model = randomize(Residual())
    inputs, data = random_tensors((IMAGE,)), calibration((IMAGE,))
    first = import_pytorch(model.train(), inputs, data)
    second = import_pytorch(model.eval(), inputs, data)
    assert_same(first, second)


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
