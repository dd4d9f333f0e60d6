"""The folders of examples/: each is a program and a page with two commands and what it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from example_module import FOLDER, example_module
from test_docs import commands

import torch_cortex_m as tcm

FOLDERS = sorted(page.parent for page in FOLDER.glob("*/README.md"))
SUBJECTS = {"anomaly_detection", "image_classification", "keyword_spotting", "recurrent"}


def test_the_subjects_are_there() -> None:
    assert {folder.name for folder in FOLDERS} == {*SUBJECTS, "streaming"}
    assert {path.parent for path in FOLDER.glob("*/*.py")} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_page_begins_with_its_two_commands(folder: Path) -> None:
    page = folder / "README.md"
    (program,) = folder.glob("*.py")
    place = f"examples/{folder.name}/{program.name}"
    assert commands(page, "python") == [f"python {place}"]
    (compiling, *_) = commands(page, "tcm")
    found = re.match(rf"tcm compile {re.escape(place)}:(\w+) ", compiling)
    assert found, compiling
    assert f"\ndef {found[1]}(" in program.read_text()
    assert "What the program prints" in page.read_text()
    index = (FOLDER / "README.md").read_text()
    assert f"[{folder.name}]({folder.name})" in index


def test_a_stream_gives_what_whole_windows_give() -> None:
    example = example_module("streaming", FOLDER / "streaming")
    model, inputs, calibration = example.words()
    options = {"target": "host", "calibration": calibration}
    whole = tcm.compile(model, inputs, **options)
    stream = tcm.compile(model, inputs, **options, stream="frames:2", hop=example.HOP)
    recording = torch.randn(1, example.FEATURES, example.WINDOW + 6)
    assert example.equal_results(whole, stream, recording) == 4
