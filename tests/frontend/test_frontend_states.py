"""Buffers that forward changes, and inputs bound to outputs: calls in a row on every place."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from conftest import has_emulator
from frontend_checks import Function
from state_models import (
    FRAME,
    WINDOWS,
    converted_in_a_row,
    frames,
    imported,
    in_a_row,
    models,
    ours_in_a_row,
    ports,
    window,
)
from torch import Tensor, nn
from torch.fx import GraphModule

from torch_cortex_m import TcmError
from torch_cortex_m.frontend.bindings import read_bindings
from torch_cortex_m.frontend.pytorch.bound_states import bind_states
from torch_cortex_m.frontend.pytorch.capture import capture
from torch_cortex_m.frontend.pytorch.pipeline import import_pytorch
from torch_cortex_m.frontend.pytorch.states import STATE, inputs_of, updates_of
from torch_cortex_m.generate import generate_all
from torch_cortex_m.ir import Graph
from torch_cortex_m.run import Run
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST, Target

MODELS = models()
FRAMES = frames()
ALWAYS = (
    *WINDOWS,
    "long_newest_first",
    "long_window",
    "long_window_of_words",
    "begins_elsewhere",
    "average",
    "recurrent",
    "rotated",
    "inner_delay",
)
"""Models of every run; ``-m slow`` takes all."""
PLACES = [HOST, *(CORES[name] for name in ("cortex-m4", "cortex-m55") if has_emulator())]


def step(graph: Graph) -> float:
    quantization = graph.types[graph.outputs[0].value].quantization
    assert quantization is not None
    return quantization.scale


Programs = Mapping[str, tuple[GraphModule, Graph]]
"""Of each model the converted program, and the graph behind all passes."""


@pytest.fixture(scope="module")
def programs() -> Programs:
    return {name: imported(MODELS[name], FRAMES) for name in ALWAYS}


def test_calls_in_a_row(programs: Programs) -> None:
    check(programs)


@pytest.mark.slow
def test_calls_in_a_row_of_all_models() -> None:
    check({name: imported(model, FRAMES) for name, model in MODELS.items()})


def check(programs: Programs) -> None:
    for name, (program, graph) in programs.items():
        check_accuracy(name, program, graph)
    graphs = [graph for _, graph in programs.values()]
    for target in PLACES:
        check_c(graphs, target)


def check_accuracy(name: str, program: GraphModule, graph: Graph) -> None:
    """Within two steps of the program with the same scales, whose error is that of quantization."""
    model = MODELS[name]
    expected = np.stack([each.numpy() for each in in_a_row(model, FRAMES)])
    converted = np.stack(converted_in_a_row(program, FRAMES))
    ours = np.stack(ours_in_a_row(graph, FRAMES))
    assert set(graph.states) <= {path for path, _ in model.named_buffers()}, name
    assert float(expected.std()) > 10 * step(graph), name
    assert np.abs(ours - converted).max() <= 2.001 * step(graph), name
    error, cost = (float(np.abs(each - expected).mean()) for each in (ours, converted))
    assert error <= cost + step(graph), name
    for value, state in graph.states.items():
        assert graph.types[state.update].quantization == graph.types[value].quantization, name


def check_c(graphs: Sequence[Graph], target: Target) -> None:
    """All models in one image, twice from the initial states."""
    named = {f"model_{index}": graph for index, graph in enumerate(graphs)}
    programs = [generated.program for generated in generate_all(named, target)]
    runs: list[Run] = []
    expected: list[list[bytes]] = []
    for index, graph in enumerate(graphs):
        for _ in range(2):
            reference = Reference(graph)
            for place, sample in enumerate(ports(graph, FRAMES)):
                runs.append(Run(index, [each.tobytes() for each in sample], reset=place == 0))
                expected.append([each.tobytes() for each in reference.run(sample)])
    with Runner(programs, target) as runner:
        executions = runner.run(runs)
    assert [list(execution.outputs) for execution in executions] == expected, target.name


def test_one_window_in_every_spelling(programs: Programs) -> None:
    graphs = [programs[name][1] for name in WINDOWS]
    assert len({len(graph.nodes) for graph in graphs}) == 1
    results = [np.stack(ours_in_a_row(graph, FRAMES)) for graph in graphs]
    for each in results[1:]:
        np.testing.assert_array_equal(each, results[0])


def test_a_buffer_that_is_only_read_is_a_constant() -> None:
    def shifted(model: Any, x: Tensor) -> Tensor:
        return x + model.first

    _, graph = imported(Function(shifted, first=torch.ones(FRAME)), FRAMES)
    assert not graph.states


def test_the_initial_value_is_the_buffers(programs: Programs) -> None:
    model, (_, graph) = MODELS["begins_elsewhere"], programs["begins_elsewhere"]
    (state,) = graph.states.values()
    quantization = graph.types["first"].quantization
    assert quantization is not None
    real = (state.initial.astype(np.float64) - quantization.zero_point) * quantization.scale
    assert np.abs(real - model.get_buffer("first").numpy()).max() <= quantization.scale / 2 + 1e-6
    _, graph = programs["average"]
    (state,) = graph.states.values()
    zero_point = graph.types["mean"].quantization.zero_point  # type: ignore[union-attr]
    assert set(state.initial.ravel().tolist()) == {zero_point}


def test_the_callers_buffers_are_not_changed() -> None:
    model = copy.deepcopy(MODELS["average"])
    imported(model, FRAMES)
    assert torch.equal(model.get_buffer("mean"), torch.zeros(FRAME))


def test_calibration_is_calls_in_a_row() -> None:
    """A sum over all samples has a range that none of them alone has."""

    def summed(model: Any, x: Tensor) -> Tensor:
        model.total = model.total + x
        return model.total * 1.0

    data = [(torch.ones(FRAME),)] * 20
    _, graph = imported(Function(summed, total=torch.zeros(FRAME)), data)
    quantization = graph.types["total"].quantization
    assert quantization is not None
    assert quantization.scale * 255 == pytest.approx(20, rel=0.01)


def test_what_no_result_depends_on_is_no_state() -> None:
    def counting(model: Any, x: Tensor) -> Tensor:
        model.calls += 1
        model.last = torch.lgamma(x)
        return model.norm(x) + model.first

    norm = nn.BatchNorm1d(3).eval()
    buffers = {"calls": torch.zeros((), dtype=torch.int64), "last": torch.zeros(FRAME)}
    model = Function(counting, norm=norm, first=torch.ones(FRAME), **buffers)
    _, graph = imported(model, FRAMES)
    assert not graph.states


def test_batch_norm_in_training_mode_has_no_state() -> None:
    program = torch.export.export(nn.BatchNorm1d(3).train(), FRAMES[0])
    graph = import_pytorch(program, None, FRAMES)
    assert not graph.states


def test_a_running_mean_of_ones_own_is_a_state() -> None:
    def centered(model: Any, x: Tensor) -> Tensor:
        model.running_mean = 0.5 * model.running_mean + 0.5 * x
        return x - model.running_mean

    _, graph = imported(Function(centered, running_mean=torch.zeros(FRAME)), FRAMES)
    assert set(graph.states) == {"running_mean"}


def message(model: nn.Module, data: list[tuple[Tensor, ...]] | None = None) -> str:
    with pytest.raises(TcmError) as caught:
        imported(model, data or FRAMES)
    return str(caught.value)


def test_a_state_that_grows() -> None:
    def growing(model: Any, x: Tensor) -> Tensor:
        model.buffer = torch.cat([model.buffer, x], 2)
        return model.conv(model.buffer[:, :, -5:])

    text = message(window(growing))
    assert "state 'buffer' changes its shape" in text
    assert "expected: float32 [1, 3, 5]" in text
    assert "got: float32 [1, 3, 7]" in text
    assert "keep as many of the newest frames" in text
    assert "where: cat (frontend_checks.py:" in text


def test_a_state_that_shrinks_to_what_would_spread() -> None:
    def shrinking(model: Any, x: Tensor) -> Tensor:
        y = x + model.mean
        model.mean = x.mean(2, keepdim=True)
        return y

    assert "state 'mean' changes its shape" in message(Function(shrinking, mean=torch.zeros(FRAME)))


def test_a_state_that_changes_its_type() -> None:
    def compared(model: Any, x: Tensor) -> Tensor:
        y = x + model.mean
        model.mean = x > 0
        return y

    text = message(Function(compared, mean=torch.zeros(FRAME)))
    assert "state 'mean' changes its type" in text
    assert "got: bool [1, 3, 2]" in text


def test_a_state_of_bytes() -> None:
    def kept(model: Any, x: Tensor) -> Tensor:
        y = x + model.image.float()
        model.image = x.to(torch.uint8)
        return y

    text = message(Function(kept, image=torch.zeros(FRAME, dtype=torch.uint8)))
    assert "a state of type uint8 is not supported" in text


def test_a_counter_that_matters() -> None:
    def warming_up(model: Any, x: Tensor) -> Tensor:
        model.calls += 1
        return x * (model.calls > 3)

    _, graph = imported(Function(warming_up, calls=torch.zeros((), dtype=torch.int64)), FRAMES)
    assert set(graph.states) == {"calls"}
    results = ours_in_a_row(graph, FRAMES)
    assert not np.any(results[:3])
    assert all(np.any(each) for each in results[3:])


class Cell(nn.Module):
    """A cell whose caller keeps its state; ``named``: results under names."""

    def __init__(self, named: bool = False) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.named = named
        self.gate = nn.Linear(6 + 8, 8)
        self.new = nn.Linear(6 + 8, 8)
        self.out = nn.Linear(8, 3)

    def forward(self, x: Tensor, h: Tensor) -> Any:
        both = torch.cat([x, h], 1)
        gate = torch.sigmoid(self.gate(both))
        h = gate * h + (1 - gate) * torch.tanh(self.new(both))
        y = self.out(h)
        return {"y": y, "h_out": h} if self.named else (y, h)


EXAMPLE = (torch.zeros(1, 6), torch.zeros(1, 8))


def test_state_in_and_out() -> None:
    model, data = Cell(named=True), frames(shape=(1, 6))
    program, graph = imported(model, data, {"h": "h_out"}, EXAMPLE)
    assert [port.value for port in graph.inputs] == ["x"]
    assert [port.value for port in graph.outputs] == ["y"]
    assert set(graph.states) == {"h"}
    assert graph.types["h"].quantization == graph.types[graph.states["h"].update].quantization
    h, expected = torch.zeros(1, 8), []
    with torch.no_grad():
        for (x,) in data:
            y, h = Cell()(x, h)
            expected.append(y.numpy())
    converted = np.stack(converted_in_a_row(program, data))
    ours = np.stack(ours_in_a_row(graph, data))
    assert np.abs(ours - converted).max() <= 2.001 * step(graph)
    error, cost = (np.abs(each - np.stack(expected)).mean() for each in (ours, converted))
    assert error <= cost + step(graph)


@pytest.fixture(scope="module")
def captured() -> Mapping[bool, GraphModule]:
    """Cells without and with names for their results."""
    return {named: capture(Cell(named), EXAMPLE)[0] for named in (False, True)}


def bound(module: GraphModule, states: Any) -> GraphModule:
    module = copy.deepcopy(module)
    bind_states(module, read_bindings(states), EXAMPLE)
    return module


@pytest.mark.parametrize("initial", [torch.full((1, 8), 0.5), np.full((1, 8), 0.5, np.float32)])
@pytest.mark.parametrize(
    ("named", "output"), [(True, "h_out"), (True, 1), (False, 1), (False, "1"), (False, "add")]
)
def test_an_output_by_name_or_place(
    named: bool, output: str | int, initial: Any, captured: Mapping[bool, GraphModule]
) -> None:
    module = bound(captured[named], {"h": (output, initial)})
    ((state, update),) = updates_of(module)
    assert (state.meta[STATE].name, update.name) == ("h", "add")
    assert torch.equal(state.meta[STATE].initial, torch.full((1, 8), 0.5))
    assert [node.target for node in inputs_of(module)] == ["x"]


@pytest.mark.parametrize(
    ("states", "texts"),
    [
        ({"q": 1}, ["there is no input 'q'", "expected: one of x, h"]),
        ({"h": "k"}, ["there is no one output 'k' for state 'h'", "0 (out); 1 (add)"]),
        ({"h": 2}, ["there is no one output '2'"]),
        ({"h": -1}, ["there is no one output '-1'"]),
        ({"h": 1, "x": "add"}, ["an output is the update of two states, 'h' and 'x'"]),
        ({"h": 0}, ["state 'h' changes its shape", "expected: float32 [1, 8]", "[1, 3]"]),
        ({"h": 1, "x": 0}, ["every output is a state"]),
        ({"h": (1, np.zeros((8,), np.float32))}, ["does not fit it", "float32 [1, 8]", "[8]"]),
        ({"h": (1, np.zeros((1, 8)))}, ["does not fit it", "got: float64 [1, 8]"]),
        ({"h": (1, torch.full((1, 8), torch.inf))}, ["begins with what is not finite"]),
        ({"h": None}, ["the states are not understood"]),
        ([("h", 1)], ["the states are not understood", "--state h=h_out"]),
    ],
)
def test_states_that_do_not_fit(
    states: Any, texts: list[str], captured: Mapping[bool, GraphModule]
) -> None:
    with pytest.raises(TcmError) as caught:
        bound(captured[False], states)
    for text in texts:
        assert text in str(caught.value)


def test_a_buffer_and_a_bound_input() -> None:
    def both(model: Any, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        model.mean = 0.5 * model.mean + 0.5 * x
        return model.mean + h, x - h

    model = Function(both, mean=torch.zeros(FRAME))
    _, graph = imported(model, frames(), {"inputs_1": 1}, (torch.zeros(FRAME),) * 2)
    assert set(graph.states) == {"inputs_1", "mean"}
