"""docs/ builds as a site, without a warning; pages that are made of the code have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import torch_cortex_m
from torch_cortex_m.cli import app

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", folder]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "excluded from the built site" not in result.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / page.stem / "index.html").exists()
    assert "make demo" in (site / "index.html").read_text()


def test_references_have_everything(site: Path) -> None:
    commands = (site / "command-line" / "index.html").read_text()
    group: Any = typer.main.get_command(app)
    assert all(f"tcm {name}" in commands for name in group.commands)
    names = (site / "python" / "index.html").read_text()
    assert all(f"tcm.{name}" in names for name in torch_cortex_m.__all__)
    assert "CompiledModel.run" in names
