"""The example's recurrent networks lose less than a point of accuracy by int8."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from example_module import FOLDER, example_module

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import run_reference

SEQUENCES = 300


@pytest.fixture(scope="module")
def example() -> ModuleType:
    return example_module("recurrent", FOLDER / "recurrent")


@pytest.mark.parametrize(
    ("number", "steps", "least"),
    [(0, 160, 80.0), *(pytest.param(n, None, 97.0, marks=pytest.mark.slow) for n in (0, 1))],
)
def test_int8_is_within_a_point_of_float(
    example: ModuleType, number: int, steps: int | None, least: float
) -> None:
    """All sequences are one batch, which takes the reference less time."""
    task = example.TASKS[number]
    model = example.train(task, steps or task.steps)
    sequences, classes = example.held_out_data(task, SEQUENCES)
    with torch.no_grad():
        right = example.accuracy(model(sequences), classes)
    calibration = torch.cat([each for (each,) in example.calibration_inputs(task, SEQUENCES)])
    graph = run_passes(import_pytorch(model, (sequences,), [(calibration,)]))
    (given,), (result,) = graph.inputs, graph.outputs
    (array,) = run_reference(graph, [to_port(graph, given, sequences.numpy(), raw=False)])
    scores = torch.from_numpy(from_port(graph, result, array, raw=False))
    assert right >= least
    assert abs(example.accuracy(scores, classes) - right) <= 1.0
