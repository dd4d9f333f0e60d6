"""The example that hears failing motors: int8 tells them from healthy ones as float does."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from example_module import FOLDER, example_module, scores_of

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference


@pytest.fixture(scope="module")
def example() -> ModuleType:
    return example_module("anomaly", FOLDER / "anomaly_detection")


@pytest.mark.parametrize(
    ("windows", "steps", "least"),
    [(400, 200, 0.9), pytest.param(2000, 600, 0.98, marks=pytest.mark.slow)],
)
def test_faults_are_told_in_int8(
    example: ModuleType, windows: int, steps: int, least: float
) -> None:
    count = example.CALIBRATION_WINDOWS
    model = example.train(windows, steps)
    calibration = torch.cat([each for (each,) in example.calibration_inputs()])
    healthy = example.held_out(example.HEALTHY, count)
    graph = run_passes(import_pytorch(model, (healthy,), [(calibration,)]))
    reference = Reference(graph)
    usual = scores_of(graph, reference, healthy)
    for fault in example.FAULTS:
        failing = example.held_out(fault, count)
        area = example.area_under_roc(usual, scores_of(graph, reference, failing))
        with torch.no_grad():
            in_float = example.area_under_roc(model(healthy), model(failing))
        assert area >= least, fault
        assert abs(area - in_float) <= 0.02, fault


def test_areas_and_thresholds(example: ModuleType) -> None:
    """Equal results count half; one in a hundred healthy windows is above the threshold."""
    healthy = torch.arange(101.0)[:, None]
    assert example.area_under_roc(healthy, healthy) == 0.5
    assert example.area_under_roc(healthy, healthy + 200) == 1
    assert example.threshold(healthy) == 99
