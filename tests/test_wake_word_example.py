"""The example that hears a wake word: int8 within a point of float, streamed as whole windows."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from example_module import FOLDER, example_module, scores_of

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.passes import run_passes
from torch_cortex_m.passes.stream_window import stream_window
from torch_cortex_m.run.reference import Reference


@pytest.fixture(scope="module")
def example() -> ModuleType:
    return example_module("wake_word", FOLDER / "keyword_spotting")


@pytest.mark.parametrize(
    ("windows", "epochs", "tested", "least"),
    [(600, 12, 300, 90.0), pytest.param(2000, 12, 1000, 98.0, marks=pytest.mark.slow)],
)
def test_int8_is_within_a_point_of_float(
    example: ModuleType, windows: int, epochs: int, tested: int, least: float
) -> None:
    """All samples of a call of the reference are one batch, which takes it less time."""
    model = example.train(windows, epochs)
    samples, classes = example.held_out_windows(tested)
    calibration = torch.cat([each for (each,) in example.calibration_inputs()])
    parts = samples.split(len(calibration))
    with torch.no_grad():
        right = example.accuracy(torch.cat([model(part) for part in parts]), classes)
    graph = run_passes(import_pytorch(model, (parts[0],), [(calibration,)]))
    reference = Reference(graph)
    scores = torch.cat([scores_of(graph, reference, part) for part in parts])
    assert right >= least
    assert abs(example.accuracy(scores, classes) - right) <= 1.0


def test_a_stream_gives_what_its_windows_give(example: ModuleType) -> None:
    model = example.WakeWord().eval()
    calibration = example.calibration_inputs(4)
    graph = run_passes(import_pytorch(model, calibration[0], calibration))
    streamed = run_passes(stream_window(graph, "pcm", 1, example.HOP))
    assert streamed.stream is not None
    sound, _ = example.recording(2)
    calls = example.calls_of(sound)
    whole, stream = Reference(graph), Reference(streamed)
    found = [scores_of(streamed, stream, call[None]) for call in calls]
    for call in range(streamed.stream.first_result, len(calls), 7):
        end = example.HOP * (call + 1)
        window = sound[:, end - example.WINDOW : end]
        assert torch.equal(found[call], scores_of(graph, whole, window))


def test_when_a_word_is_heard(example: ModuleType) -> None:
    """Scores that do not count yet are not heard; a word is heard once, when it begins."""
    loud = torch.tensor([1, 1, 0, 1, 1, 0, 0, 1])
    times = example.heard(torch.stack([1 - loud, loud], 1), 2)
    assert times == [example.HOP * call / example.RATE for call in (2, 4, 8)]
