"""The commands that the pages of docs/ and examples/ show run one after the other, in a folder with
the files that they name. The tutorial's run with its snippets, those with operators of one's own in
tests/test_plugins.py."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from command_line import tcm
from conftest import needs_emulator
from test_docs import PAGES, ROOT, commands, of_readme, run_commands, snippets

MODEL = """
import torch
import torch_cortex_m
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = {layers}

    def forward(self, {name}):
        return self.layers({name}).mean(2)

def build():
    samples = [(torch.rand({shape}),) for _ in range(4)]
    return Model(), samples[0], samples
"""
FRAMES = MODEL.format(layers="nn.Conv1d(40, 4, 3)", name="x", shape="1, 40, 98")
SOUND = MODEL.format(
    layers="torch_cortex_m.LogMel(16000, window=480, hop=320, bands=40)",
    name="pcm",
    shape="1, 3200",
)
PLACED = """
import torch
from torch import nn

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(*(nn.Conv2d(2, 2, 3) for _ in range(3)))
        self.classifier = nn.Linear(8, 3)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))

def build():
    samples = [(torch.randn(1, 2, 8, 8),) for _ in range(4)]
    return Model(), samples[0], samples
"""
BATTERY = """
import torch
from test_docs import Battery

def build():
    samples = [(torch.rand(1, 3),) for _ in range(4)]
    return Battery(), (*samples[0], torch.zeros(1, 10)), samples
"""

Files = Callable[[Path], None]


def of_sources(*names: str, text: str | None = None) -> Files:
    """Files with ``build``: of README's model, unless another text is given."""

    def write(folder: Path) -> None:
        of_readme(folder)
        readme = next(code for code in snippets(ROOT / "README.md") if "def build" in code)
        for name in names:
            (folder / name).write_text(text or readme)

    return write


def of_folders(*names: str) -> Files:
    """Folders with README's model, compiled."""

    def write(folder: Path) -> None:
        of_sources("my_model.py")(folder)
        compile_it = "tcm compile my_model.py:build --target cortex-m4 -o"
        run_commands([f"{compile_it} {name}" for name in names], folder)

    return write


def of_measured_folders(folder: Path) -> None:
    of_folders("out/", "before/", "after/")(folder)
    (folder / "before.json").write_text(tcm("profile", "before/", "--json", cwd=folder).stdout)


def of_file(folder: Path) -> None:
    """A .tflite file, written by the tests of such."""
    models = importlib.import_module("operator_models")
    model = models.conv("of a page", (1, 8, 8, 2), (4, 3, 3, 2), (1, 6, 6, 4))
    (folder / "model.tflite").write_bytes(model.content)


def of_model_and_file(folder: Path) -> None:
    of_sources("my_model.py")(folder)
    of_file(folder)


def of_program(folder: Path) -> None:
    names = of_readme(folder)
    program = torch.export.export(names["model"].eval(), (names["image"],))
    torch.export.save(program, folder / "net.pt2")


def of_examples(folder: Path) -> None:
    (folder / "examples").symlink_to(ROOT / "examples")


EXAMPLES = sorted((ROOT / "examples").glob("*/README.md"))

FILES: dict[str, Files] = {
    "README.md": of_model_and_file,
    "docs/audio.md": of_sources("wake_word.py", text=SOUND),
    "docs/board.md": of_sources("my_model.py"),
    "docs/budgets.md": of_measured_folders,
    "docs/from-executorch.md": of_program,
    "docs/from-tflite-micro.md": of_file,
    "docs/from-x-cube-ai.md": of_file,
    "docs/linking.md": of_sources("kws.py", "vww.py"),
    "docs/memory.md": of_sources("my_model.py"),
    "docs/placement.md": of_sources("my_model.py", text=PLACED),
    "docs/projects.md": of_folders("out/"),
    "docs/report.md": of_folders("out/"),
    "docs/streaming.md": of_sources("battery.py", text=BATTERY),
    "docs/streaming-windows.md": of_sources("model.py", text=FRAMES),
    "docs/tuning.md": of_sources("my_model.py"),
    "examples/README.md": of_examples,
    **{f"examples/{path.parent.name}/README.md": of_examples for path in EXAMPLES},
}
"""A page -> what writes the files that its commands name."""

ELSEWHERE = ("docs/tutorial.md", "docs/custom-operators.md")
BOARD = "--on serial:"
"""In commands that need a board; tests/test_board.py has one that is emulated."""


def test_every_page_with_commands_has_files() -> None:
    pages = {page.relative_to(ROOT).as_posix() for page in PAGES if commands(page, "tcm")}
    assert pages == {*FILES, *ELSEWHERE}


@needs_emulator
@pytest.mark.parametrize("name", FILES)
def test_the_commands_of_a_page_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tests" / "tflite")
    FILES[name](tmp_path)
    lines = [line.partition(" > ")[0] for line in commands(ROOT / name, "tcm")]
    run_commands([line for line in lines if BOARD not in line], tmp_path)
