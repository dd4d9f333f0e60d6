"""What holds where tests/plugin is installed; test_plugins.py runs it there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sample_operators
import torch
from conftest import needs_emulator
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m import ops
from torch_cortex_m.testing import run_cases, run_op

BACKWARDS = "requantize_s8__backwards"


class Negatives(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(16, 24)
        self.second = nn.Linear(24, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return -self.second(torch.neg(torch.relu(self.first(x))))


def test_the_installed_package_is_the_one_that_is_checked() -> None:
    definition = ops.definition("negate")
    assert definition.package == sample_operators.__name__
    assert not definition.folder.is_relative_to(Path(__file__).parent)


def test_negate_by_hand() -> None:
    values = torch.tensor([-128, -127, -1, 0, 127], dtype=torch.int8)
    negated = torch.tensor([127, 127, 1, 0, -127], dtype=torch.int8)
    assert torch.equal(torch.ops.tcm.negate(values), negated)
    moved = torch.ops.tcm.negate(values, input_offset=-3, output_offset=-10)
    assert moved.tolist() == [121, 120, -6, -7, -128]


@needs_emulator
def test_a_model_with_an_operator_from_outside() -> None:
    torch.manual_seed(0)
    model, samples = Negatives().eval(), torch.randn(64, 16)
    calibration = [(sample[None],) for sample in samples]
    compiled = tcm.compile(model, (samples[:1],), target="cortex-m4", calibration=calibration)
    layers = [layer.kernel for layer in compiled.report.layers]
    assert layers.count("negate_s8__ref") == 2
    assert compiled.verify(samples[:4], random=2) == 6
    with torch.no_grad():
        assert (compiled.run(samples) - model(samples)).abs().max() < 0.05


@needs_emulator
@pytest.mark.parametrize("on", ["host", "emulator"])
def test_a_kernel_from_outside_equals_the_reference(on: str) -> None:
    cases = ops.cases("requantize")
    forced = run_cases(cases, target="cortex-m4", kernel=BACKWARDS, on=on, checked=True)
    expected = run_cases(cases, on="reference")
    for case, run, right in zip(cases, forced, expected, strict=True):
        assert run.kernel == BACKWARDS
        assert run.output.tobytes() == right.output.tobytes(), case.name


def test_kernels_from_outside_stand_after_ours() -> None:
    assert ops.definition("requantize").kernels[-1].name == BACKWARDS
    values = np.arange(16, dtype=np.int8)
    op = ops.operator("requantize")
    assert np.array_equal(run_op(op, {"input": values}).output, values)
