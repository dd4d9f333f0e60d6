"""What README and the pages of docs/ promise: links lead somewhere, commands are understood, and
what they show runs."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from command_line import tcm
from conftest import needs_emulator
from torch import Tensor, nn

import torch_cortex_m
from torch_cortex_m.cli import app
from torch_cortex_m.measured.measurements import shipped_measurements
from torch_cortex_m.target import CORES

ROOT = Path(__file__).parents[1]
PAGES = [
    *(page for folder in (ROOT, ROOT / "docs") for page in sorted(folder.glob("*.md"))),
    *sorted((ROOT / "examples").rglob("README.md")),
]

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
IMAGE = re.compile(r'src="([^"]+)"')

parametrized = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text())


def commands(page: Path, program: str) -> list[str]:
    """The lines of indented blocks that call a program, without what explains them."""
    found = re.findall(rf"^    ({program} .*)$", prose(page), re.MULTILINE)
    return [re.split(r" {3,}", line)[0] for line in found]


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@parametrized
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)) + IMAGE.findall(page.read_text()):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def parse(line: str) -> None:
    """Raises what the command line raises for options that it does not know."""
    line = line.partition(" >")[0].replace(" ...", " x.py:build -o out/")
    _, command, *arguments = shlex.split(line)
    group: Any = typer.main.get_command(app)
    group.commands[command].make_context(command, arguments)


@parametrized
def test_commands_are_understood(page: Path) -> None:
    inline = re.findall(r"`(tcm [a-z]+ (?:out/|\.\.\.)[^`]*)`", prose(page))
    steps = re.findall(r"^- run: (tcm .*)$", page.read_text(), re.MULTILINE)
    for line in commands(page, "tcm") + inline + steps:
        parse(line)


def test_an_unknown_option_is_found() -> None:
    with pytest.raises(Exception, match="--ramm"):
        parse("tcm compile ... --ramm 3")


def is_installed(module: str) -> bool:
    return "." not in module and importlib.util.find_spec(module) is not None


@parametrized
def test_modules_and_targets_of_make_are_there(page: Path) -> None:
    for module in re.findall(r"python -m ([\w.]+)", page.read_text()):
        ours = ROOT / module.replace(".", "/")
        assert ours.exists() or ours.with_suffix(".py").exists() or is_installed(module), module
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^    |`)make ([a-z]+)", page.read_text(), re.MULTILINE)) <= targets


def test_as_many_layers_ship_measured_as_is_said() -> None:
    said = [
        int(number)
        for page in (ROOT / "README.md", ROOT / "docs" / "tuning.md")
        for number in re.findall(r"about (\d+)\s(?:common )?layers", page.read_text())
    ]
    least = min(len(shipped_measurements(core).for_core(core)) for core in CORES)
    assert said == [round(least, -1)] * 2


# What stands around the snippets of a page: files in the current folder, and names.

Surroundings = Callable[[Path], dict[str, Any]]

NETWORK = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(1, 4, 3)
        self.classifier = nn.Linear(4, 3)

    def forward(self, image):
        return self.classifier(self.features(image).relu().mean((2, 3)))

images = torch.rand(8, 1, 8, 8)
"""


def of_readme(folder: Path) -> dict[str, Any]:
    (folder / "my_project.py").write_text(NETWORK)
    names: dict[str, Any] = {}
    exec(NETWORK, names)
    torch.save(names["Net"]().state_dict(), folder / "net.pt")
    images = names["images"]
    np.savez(folder / "images.npz", image=images.numpy())
    samples = [(image,) for image in images.split(1)]
    return {"model": names["Net"](), "image": images[:1], "images": images, "samples": samples}


class Battery(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.GRUCell(3, 10), nn.Linear(10, 1)

    def forward(self, x: Tensor, h: Tensor) -> dict[str, Tensor]:
        h = self.cell(x, h)
        return {"charge": self.out(h), "h_out": h}


def of_streaming(folder: Path) -> dict[str, Any]:
    frames = torch.randn(6, 3)
    return {
        "torch": torch,
        "nn": nn,
        "model": Battery(),
        "x": frames[:1],
        "samples": [(frame,) for frame in frames.split(1)],
        "frames": frames,
        "mic": frames.split(1),
        "recording": frames,
    }


def of_windows(folder: Path) -> dict[str, Any]:
    class Words(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.out = nn.Conv1d(40, 8, 3), nn.Linear(8, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(self.conv(x).relu().mean(2))

    window = torch.randn(1, 40, 98)
    windows = [(torch.randn(1, 40, 98),) for _ in range(3)]
    return {"torch": torch, "model": Words(), "window": window, "windows": windows}


def of_audio(folder: Path) -> dict[str, Any]:
    return {"nn": nn}


def run_commands(lines: Iterable[str], folder: Path) -> None:
    for line in lines:
        result = tcm(*shlex.split(line)[1:], cwd=folder)
        assert result.returncode == 0, f"{line}\n{result.stderr}"


def of_tutorial(folder: Path) -> dict[str, Any]:
    page = ROOT / "docs" / "tutorial.md"
    (folder / "gestures.py").write_text(next(snippets(page)))
    run_commands(commands(page, "tcm"), folder)
    return {}


def of_numerics(folder: Path) -> dict[str, Any]:
    return {}


SURROUNDINGS: dict[str, Surroundings] = {
    "README.md": of_readme,
    "audio.md": of_audio,
    "from-executorch.md": of_readme,
    "numerics.md": of_numerics,
    "streaming.md": of_streaming,
    "streaming-windows.md": of_windows,
    "tutorial.md": of_tutorial,
}
ELSEWHERE = ("import tf", "tf.lite", "tflite_micro", "dask", "executorch")
"""In snippets that need what is not installed here, or a file that is not in the repository."""

FILE = re.compile(r"(?:# |/\* )(\S+\.\w+)(?: \*/)?$", re.MULTILINE)
"""The first line of a block that is a whole file; a test of their own runs these."""


def snippets(page: Path) -> Iterator[str]:
    for language, code in FENCED.findall(page.read_text()):
        other = FILE.match(code) or any(text in code for text in ELSEWHERE)
        if language == "python" and not other:
            yield code


def write_files(page: Path, folder: Path) -> None:
    """The files that a page has as blocks, of which the first line is the path."""
    for _, code in FENCED.findall(page.read_text()):
        if name := FILE.match(code):
            (folder / name[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / name[1]).write_text(code)


def test_every_page_with_snippets_has_surroundings() -> None:
    assert {page.name for page in PAGES if any(snippets(page))} == set(SURROUNDINGS)


def run_snippets(page: Path, folder: Path) -> None:
    names = {"tcm": torch_cortex_m, **SURROUNDINGS[page.name](folder)}
    sys.path.insert(0, str(folder))
    try:
        for code in snippets(page):
            exec(compile(code, f"{page.name}, a snippet", "exec"), names)
    finally:
        sys.path.remove(str(folder))
        for module in ("my_project", "gestures"):
            sys.modules.pop(module, None)


@needs_emulator
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_snippets_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    run_snippets(next(page for page in PAGES if page.name == name), tmp_path)
