"""tcm.compile(..., stream=..., hop=...): from PyTorch, a .tflite file and the command line."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import needs_emulator
from rich.console import Console
from strict_compilers import CORE_COMPILERS, compile_strictly
from torch import nn
from torch.nn import functional
from typer.testing import CliRunner

import torch_cortex_m as tcm
from torch_cortex_m.cli import app
from torch_cortex_m.commands.profile import report_table
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Stream, format_graph
from torch_cortex_m.target import CORES

FRAMES, HOP = 23, 2

SOURCE = """
import sys
sys.path.append({folder!r})
from test_streaming import network, windows

def build():
    return network(), (windows(1),), [(each[None],) for each in windows(4)]
"""


class Network(nn.Module):
    """Frames [1, 4, time]: a causal residual block, a stride, and a mean over the last ones."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(4, 6, 3)
        self.block = nn.Conv1d(6, 6, 3, dilation=2)
        self.last = nn.Conv1d(6, 8, 3, stride=2)
        self.classifier = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.first(x))
        x = x + functional.relu(self.block(functional.pad(x, (4, 0))))
        x = functional.relu(self.last(x[:, :, 4:]))
        return functional.softmax(self.classifier(x.mean(2)), 1)


def network() -> Network:
    torch.manual_seed(0)
    return Network().eval()


def windows(count: int) -> torch.Tensor:
    return torch.randn(count, 4, FRAMES, generator=torch.Generator().manual_seed(count))


def compiled(**options: Any) -> tcm.CompiledModel:
    calibration = [(each[None],) for each in windows(4)]
    return tcm.compile(network(), (windows(1),), target="host", calibration=calibration, **options)


@pytest.fixture(scope="module")
def streamed() -> tcm.CompiledModel:
    return compiled(stream="x:2", hop=HOP)


def test_results_are_those_of_the_whole_window(streamed: tcm.CompiledModel) -> None:
    """From the first call on in which the window is full."""
    calls = 16
    frames = torch.randn(4, calls * HOP)
    stream = Stream("x", 2, HOP, FRAMES, depth=23, delay=0)
    assert streamed.graph.stream == stream
    got = streamed.run(torch.stack(frames.split(HOP, 1)))
    ends = [call * HOP for call in range(stream.first_result, calls + 1)]
    whole = compiled().run(torch.stack([frames[:, end - FRAMES : end] for end in ends]))
    torch.testing.assert_close(got[stream.first_result - 1 :], whole, rtol=0, atol=0)


def test_what_is_verified_goes_beyond_calls_without_results(streamed: tcm.CompiledModel) -> None:
    stream = streamed.graph.stream
    assert stream is not None
    assert streamed.random_count > stream.first_result


def test_the_report_says_how_the_stream_runs(streamed: tcm.CompiledModel) -> None:
    report = streamed.report
    assert report.stream == streamed.graph.stream
    assert "stream of x: 2 frames a call, results from call 12 on, window of 23 frames" in str(
        report
    )
    data = report.as_data()
    assert (data["stream"]["hop"], data["stream"]["first_result"]) == (HOP, 12)
    assert sum(state["bytes"] for state in data["states"]) <= data["total"]["state_bytes"]
    text = StringIO()
    Console(width=80, file=text).print(report_table(report))
    shown = " ".join(text.getvalue().split())
    assert "Of one call; stream of x: 2 frames a call, results from call 12 on" in shown
    assert f"states {report.state_bytes:,} B" in shown


def test_a_delay_is_told() -> None:
    stream = Stream("x", axis=2, hop=1, window=12, depth=11, delay=1)
    assert stream.summary == (
        "1 frame a call, results from call 11 on, window of 12 frames, delay of 1 frame"
    )


def test_saved_and_loaded(streamed: tcm.CompiledModel, tmp_path: Path) -> None:
    folder = streamed.save(tmp_path / "out")
    assert tcm.load(folder).graph.stream == streamed.graph.stream
    header = (folder / "model.h").read_text()
    for text in (
        "x takes the newest",
        "#define MODEL_STREAM_FRAMES_PER_CALL 2",
        "#define MODEL_STREAM_WINDOW_FRAMES 23",
        "#define MODEL_STREAM_FIRST_VALID_CALL 12",
        "#define MODEL_STREAM_DELAY_FRAMES 0",
        "void model_reset(void);",
    ):
        assert text in header


def test_float_inputs(streamed: tcm.CompiledModel) -> None:
    frames = torch.randn(14, 4, HOP)
    float_io = compiled(stream="x", hop=HOP, float_io=True)
    torch.testing.assert_close(float_io.run(frames), streamed.run(frames), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"stream": "x:2"}, "a stream needs an input and a hop"),
        ({"hop": 2}, "a stream needs an input and a hop"),
        ({"stream": "x:2", "hop": 1.5}, "a stream needs an input and a hop"),
        ({"stream": "y", "hop": 2}, "there is no such input to stream"),
        ({"stream": "x:3", "hop": 2}, "there is no such axis"),
        ({"stream": "x:0", "hop": 2}, "the hop does not fit the window"),
        ({"stream": "x:1", "hop": 1}, "mixes the frames of the whole window"),
    ],
)
def test_what_is_refused(fields: dict[str, Any], expected: str) -> None:
    with pytest.raises(tcm.TcmError, match=expected):
        compiled(**fields)


@needs_emulator
@pytest.mark.parametrize("compiler", CORE_COMPILERS)
def test_the_c_is_clean(streamed: tcm.CompiledModel, compiler: str, tmp_path: Path) -> None:
    """On cores that move what is left of windows by bytes, by words and by vectors."""
    for name in ("cortex-m0", "cortex-m4", "cortex-m55"):
        target = CORES[name]
        folder = tmp_path / name
        folder.mkdir()
        command = [*CORE_COMPILERS[compiler], *target.flags]
        compile_strictly(dict(generate(streamed.graph, target).program.files), folder, command)


def test_command(streamed: tcm.CompiledModel, tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text(SOURCE.format(folder=str(Path(__file__).parent)))
    options = ["--target", "host", "--stream", "x:2", "--hop", str(HOP), "--ram", "50000"]
    arguments = ["compile", f"{source}:build", "-o", str(tmp_path / "out"), *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "stream: 2 frames a call, results from call 12 on" in result.output
    assert "RAM budget: 50000 bytes for the arena; states and stack are beside it" in result.output
    assert format_graph(tcm.load(tmp_path / "out").graph) == format_graph(streamed.graph)
