"""The notebooks of examples/ run from their first cell to the last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import needs_emulator
from example_module import FOLDER

NOTEBOOKS = sorted(FOLDER.rglob("*.ipynb"))


def code_of(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@needs_emulator
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_cells_run(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for number, code in enumerate(code_of(notebook), start=1):
        exec(compile(code, f"{notebook.name}, code cell {number}", "exec"), names)
    assert capsys.readouterr().out


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_not_kept(notebook: Path) -> None:
    assert not any(cell.get("outputs") for cell in json.loads(notebook.read_text())["cells"])
