"""What quantization costs each layer: figures that the compiled model keeps, and what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from models.small_networks import samples, separable
from passes.graph_builder import GraphBuilder
from torch import Tensor, nn

import torch_cortex_m as tcm
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.ir.artifacts import MOST_DECIBELS, Loss, decibels
from torch_cortex_m.model.losses import LossObserver
from torch_cortex_m.passes import run_passes
from torch_cortex_m.report import page
from torch_cortex_m.report.advice import advice_on

SHAPE = (1, 4, 6, 6)


class Layers(nn.Module):
    """Convolutions, one of which can be spoiled; the output is not normalized."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(4, 8, 3, padding=1)
        self.spoiled = nn.Conv2d(8, 8, 3, padding=1)
        self.last = nn.Conv2d(8, 4, 1)

    def forward(self, image: Tensor) -> Tensor:
        return self.last(torch.relu(self.spoiled(torch.relu(self.first(image)))))


def compiled(model: nn.Module, count: int = 6, **options: Any) -> tcm.CompiledModel:
    data = samples(count, SHAPE)
    return tcm.compile(model.eval(), data[0], target="host", calibration=data, **options)


def measured_sqnr(exact: np.ndarray, got: np.ndarray) -> float:
    return float(10 * np.log10((exact**2).sum() / ((got - exact) ** 2).sum()))


@pytest.mark.parametrize("float_io", [False, True])
def test_the_figure_of_the_output_is_that_of_the_compiled_model(float_io: bool) -> None:
    model, example, data = separable()
    found = tcm.compile(model, example, target="host", calibration=data, float_io=float_io)
    with torch.no_grad():
        exact = np.concatenate([model(*sample).numpy() for sample in data])
    got = np.concatenate([found.run(*sample, on="reference").numpy() for sample in data])
    assert found.report.sqnr == pytest.approx(measured_sqnr(exact, got), abs=0.5)


def test_every_layer_has_its_figures() -> None:
    model, example, data = separable()
    found = tcm.compile(model, example, target="host", calibration=data)
    for layer in found.report.document(curves=False)["layers"]:
        loss = layer["loss"]
        assert 20 < loss["sqnr"] < loss["rounding_sqnr"] + 1
        assert loss["own_sqnr"] < loss["rounding_sqnr"] + 1
    first = found.report.losses["stem.0"]
    assert first.sqnr == first.own_sqnr, "nothing before it has lost anything but the input"


def test_a_large_weight_and_a_large_channel_are_told_with_what_to_do() -> None:
    by_weight, by_input = Layers(), Layers()
    with torch.no_grad():
        by_weight.spoiled.weight[:, 0, 0, 0] = 40.0
        assert by_weight.first.bias is not None
        by_weight.first.bias[0] = -100.0  # that weight meets zeros only
        by_input.spoiled.weight[0] *= 400.0
        by_input.last.weight[:, 0] = 0.0  # nobody reads the channel that makes the range
    expected = (
        (by_weight, "spoiled", "single large weights"),
        (by_input, "last", "one channel"),
    )
    for model, layer, words in expected:
        document = compiled(model).report.document(curves=False)
        assert layer in document["loss"]["most"]
        told = [each for each in document["advice"] if "signal over error" in each["what"]]
        assert any(layer in each["what"] and words in each["do"] for each in told), told
        assert "loses most" in page(document)


def test_a_wide_range_is_told_with_what_to_do() -> None:
    document = compiled(Layers()).report.document(curves=False)
    lost = {"sqnr": 15.0, "own_sqnr": 16.0, "rounding_sqnr": 18.0}
    layers = [{**each, "loss": lost} for each in document["layers"]]
    found = advice_on({**document, "layers": layers, "loss": {"sqnr": 15.0, "most": ["spoiled"]}})
    assert any("15.0 dB" in e["what"] and "few values far beyond" in e["do"] for e in found)


def test_a_good_model_has_no_advice() -> None:
    document = compiled(Layers()).report.document(curves=False)
    assert document["loss"]["sqnr"] > 30
    assert not any("signal over error" in each["what"] for each in document["advice"])


def test_folders_and_profiles_keep_the_figures(tmp_path: Path) -> None:
    found = compiled(Layers())
    loaded = tcm.load(found.save(tmp_path / "out"))
    assert loaded.report.losses == found.report.losses
    data = json.loads(json.dumps(loaded.report.as_data()))
    assert data["total"]["sqnr"] == found.report.sqnr is not None
    plan = tmp_path / "out" / "plan.json"
    changed = json.loads(plan.read_text())
    changed["report"]["losses"]["last"]["sqnr"] = float("nan")
    plan.write_text(json.dumps(changed))
    with pytest.raises(tcm.TcmError, match="damaged"):
        tcm.load(tmp_path / "out")


def test_what_was_quantized_before_has_none() -> None:
    data = samples(4, SHAPE)
    program = quantized_program(Layers().eval(), data[0], data)
    found = tcm.compile(program, data[0], target="host")
    document = found.report.document(curves=False)
    assert document["loss"] is None
    assert all(layer["loss"] is None for layer in document["layers"])
    text = page(document)
    assert "was quantized before it was compiled" in text
    assert "SQNR" not in text


class Average(nn.Module):
    """Remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(1, 8))

    def forward(self, frame: Tensor) -> Tensor:
        self.mean.mul_(0.5).add_(frame)
        return self.mean * 2.0


def test_errors_go_on_in_states() -> None:
    data = [(torch.randn(1, 8, generator=torch.Generator().manual_seed(i)),) for i in range(12)]
    found = tcm.compile(Average(), data[0], target="host", calibration=data)
    loss = found.report.losses[found.graph.outputs[0].value]
    assert loss.sqnr < loss.own_sqnr


def test_a_value_that_is_zero_has_none() -> None:
    model = Layers()
    with torch.no_grad():
        for parameter in (model.last.weight, model.last.bias):
            parameter.zero_()
    with pytest.warns(UserWarning, match="degenerate"):
        found = compiled(model)
    assert "last" not in found.report.losses
    assert found.report.sqnr is None


def test_decibels() -> None:
    assert decibels(100.0, 1.0) == 20.0
    assert decibels(1.0, 0.0) == decibels(1.0, 1e-30) == MOST_DECIBELS
    assert decibels(1.0, 10.0) == -10.0


def test_a_fused_clamp_has_the_loss_of_the_clamp() -> None:
    build = GraphBuilder()
    pooled = build.avg_pool(build.input(1, 4, 6, 6))
    clamped = build.clamp(pooled, -7, 30)
    build.output(build.conv(clamped, 3))
    observer = LossObserver()
    for value, sqnr in ((pooled, 40.0), (clamped, 20.0)):
        observer.add(value, Loss(sqnr, sqnr, sqnr))
    graph = run_passes(build.graph, observe=observer)
    pool = next(node for node in graph.nodes if node.op.name == "avg_pool2d")
    assert observer.of(graph)[pool.output].sqnr == 20.0
