"""torch_cortex_m.LogMel: int16 samples in, what PyTorch computes within a step, streamed bit for
bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from frontend_checks import Function
from torch import Tensor, nn

import torch_cortex_m as tcm
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.ir import Graph
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import run_reference

SAMPLES = 4000
FORMS: dict[str, dict[str, Any]] = {
    "usual": {},
    "fills its transform": {"window": 512, "hop": 160},
    "largest": {"window": 1000, "hop": 1000, "bands": 80},
    "small": {"sample_rate": 8000, "window": 64, "hop": 64, "bands": 6, "low": 0.0},
    "high floor": {"floor": 0.1, "high": 4000.0},
}


def recordings(count: int = 20) -> list[Tensor]:
    """Tones in noise, each of another pitch and loudness, over 60 dB."""
    generator = torch.Generator().manual_seed(3)
    time = torch.arange(SAMPLES) / 16000
    found: list[Tensor] = []
    for _ in range(count):
        pitch, phase, quiet = torch.rand(3, generator=generator).tolist()
        tone = torch.sin(2 * torch.pi * (50 + 7000 * pitch * time + 10 * phase))
        noise = torch.randn(SAMPLES, generator=generator)
        found.append((10 ** (-3 * quiet) * (tone + 0.01 * noise)).clamp(-1, 1)[None])
    return found


def imported(model: nn.Module, samples: list[Tensor]) -> Graph:
    return run_passes(import_pytorch(model.eval(), (samples[0],), [(each,) for each in samples]))


def result(graph: Graph, samples: Tensor) -> np.ndarray:
    (given,), (output,) = graph.inputs, graph.outputs
    (array,) = run_reference(graph, [to_port(graph, given, samples.numpy(), raw=False)])
    return from_port(graph, output, array, raw=False)


@pytest.mark.parametrize("fields", FORMS.values(), ids=FORMS)
def test_features_are_those_of_pytorch_within_a_step(fields: dict[str, Any]) -> None:
    """Of int8; float64 of the samples that the int16 are."""
    model = tcm.LogMel(**fields)
    samples = recordings()
    graph = imported(model, samples)
    assert graph.types[graph.inputs[0].value].dtype == "int16"
    quantization = graph.types[graph.outputs[0].value].quantization
    assert quantization is not None
    for each in samples[:6]:
        rounded = torch.round(each * 32768).clamp(max=32767) / 32768
        right = model.double()(rounded.double()).numpy()
        ours = result(graph, each)
        assert ours.shape == right.shape
        assert np.abs(ours - right).max() <= quantization.scale


def test_samples_may_be_integers() -> None:
    """A model that is trained on samples from -32768 to 32767 gets these integers as they are."""
    samples = [(32767 * each).round() for each in recordings()]
    graph = imported(tcm.LogMel(floor=1e3), samples)
    type_ = graph.types[graph.inputs[0].value]
    assert type_.quantization is not None
    assert (type_.dtype, type_.quantization.scale) == ("int16", 1.0)


def test_a_part_of_an_input_and_other_readers() -> None:
    """What else reads the samples gets them in int8."""
    features = tcm.LogMel(window=128, hop=128, bands=4)
    model = Function(lambda model, x: (model.features(x[:, 0, :]), x.amax(2)), features=features)
    both = [torch.stack([each, -each], 1) for each in recordings(4)]
    graph = imported(model, both)
    assert graph.types[graph.inputs[0].value].dtype == "int16"
    assert [graph.types[port.value].dtype for port in graph.outputs] == ["int8", "int8"]


def test_no_recurrent_state_is_int16_because_samples_are() -> None:
    """A state that begins with zeros leaves the model as int8, as without samples."""
    model = Function(
        lambda model, x: model.layer(model.features(x).transpose(1, 2))[1],
        features=tcm.LogMel(window=128, hop=512, bands=4),
        layer=nn.GRU(4, 3, batch_first=True),
    )
    graph = imported(model, recordings(4))
    assert graph.types[graph.outputs[0].value].dtype == "int8"


def refused(model: nn.Module) -> str:
    with pytest.raises(tcm.TcmError) as error:
        imported(model, recordings(2))
    return str(error.value)


def test_computed_samples_are_refused() -> None:
    message = refused(Function(lambda model, x: model.mel(x * x), mel=tcm.LogMel()))
    assert "reads what the model has computed" in message
    assert "give the samples to LogMel as they are" in message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"window": torch.full((480,), 1.5)}, "values from -1 to 1"),
        ({"filters": torch.ones(40, 257).index_fill(1, torch.tensor(9), -0.01)}, "no negative"),
        ({"filters": torch.zeros(40, 257)}, "the largest about 1"),
        ({"floor": 1e12}, "at most"),
        ({"filters": torch.ones(40, 200), "window": torch.ones(380)}, "power of two"),
    ],
)
def test_tables_that_do_not_fit_are_refused(change: dict[str, Any], expected: str) -> None:
    model = tcm.LogMel()
    for name, value in change.items():
        setattr(model, name, value)
    assert expected in refused(model)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"window": 1025}, "window"),
        ({"hop": 0}, "hop"),
        ({"bands": 0}, "bands"),
        ({"high": 9000.0}, "low, high"),
        ({"low": -1.0}, "low, high"),
        ({"floor": 0.0}, "floor"),
    ],
)
def test_sizes_that_cannot_be(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(tcm.TcmError, match=f"'{named}'"):
        tcm.LogMel(**fields)


def test_filters_cover_the_band() -> None:
    """Inside of it the shares of all bands add up to 1."""
    filters = tcm.LogMel(low=100.0, high=7000.0, bands=20).filters
    frequencies = torch.arange(257) * 16000 / 512
    total = filters.sum(0)
    assert torch.allclose(total[(frequencies > 400) & (frequencies < 6000)], torch.tensor(1.0))
    assert (total[(frequencies < 100) | (frequencies > 7000)] == 0).all()


class Word(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = tcm.LogMel(window=240, hop=160, bands=12)
        self.convolution = nn.Conv1d(12, 6, 3)
        self.score = nn.Linear(18, 2)

    def forward(self, pcm: Tensor) -> Tensor:
        frames = torch.relu(self.convolution(self.features(pcm)))
        return self.score(frames[:, :, -3:].flatten(1))


def test_streamed_samples_give_what_whole_windows_give() -> None:
    torch.manual_seed(0)
    model, length = Word().eval(), 240 + 9 * 160
    windows = [each[:, :length] for each in recordings(6)]
    options: dict[str, Any] = {"calibration": [(each,) for each in windows], "target": "host"}
    whole = tcm.compile(model, (windows[0],), **options)
    streamed = tcm.compile(model, (windows[0],), stream="pcm", hop=160, **options)
    recording = recordings(1)[0]
    results = streamed.run_arrays([torch.cat(recording[:, :3200].split(160, 1)).numpy()])[0]
    assert streamed.graph.stream is not None
    for call in range(streamed.graph.stream.first_result - 1, 20):
        end = 160 * (call + 1)
        if end >= length:
            expected = whole.run_arrays([recording[:, end - length : end].numpy()])[0]
            np.testing.assert_array_equal(results[call], expected[0])
