"""A compilation says how far it has come: on a terminal while it runs, with ``-v`` afterwards."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import tcm

from torch_cortex_m.passes import PASSES

NETWORKS = Path(__file__).parent / "models" / "small_networks.py"

STAGES = (
    *("loading PyTorch", "loading the model", "capture", "calibration", "quantization"),
    *("graph", "passes", "choice of kernels", "memory plan", "emission", "saving", "all"),
)
TIME = re.compile(r" *(\d+\.\d{3}) s  ( *)(.*?)(?: \(\d+ times\))?")


def times(text: str) -> dict[str, tuple[float, int]]:
    """Stage -> its seconds, and how far it is inside others."""
    found = (TIME.fullmatch(line) for line in text.splitlines())
    return {each[3]: (float(each[1]), len(each[2]) // 2) for each in found if each}


def test_v_prints_the_time_of_each_stage(tmp_path: Path) -> None:
    result = tcm("compile", f"{NETWORKS}:separable", "-o", tmp_path / "out", "-v")
    assert result.returncode == 0, result.stderr
    found = times(result.stderr)
    assert set(STAGES) <= set(found)
    assert {each.__name__.replace("_", " ") for each in PASSES} <= set(found)
    inside = [seconds for seconds, depth in found.values() if depth == 1]
    assert len(inside) == len(PASSES), "the passes are inside of one stage"
    assert sum(inside) <= found["passes"][0] + 0.02
    whole, _ = found.pop("all")
    assert sum(seconds for seconds, depth in found.values() if depth == 0) <= whole + 0.02
    assert "s  " not in result.stdout


def test_without_a_terminal_nothing_more_is_printed(tmp_path: Path) -> None:
    result = tcm("compile", f"{NETWORKS}:separable", "-o", tmp_path / "out")
    assert result.returncode == 0
    assert result.stderr == ""


def test_times_of_what_failed(tmp_path: Path) -> None:
    result = tcm("compile", f"{NETWORKS}:calibrated_with_a_number", "-o", tmp_path / "out", "-v")
    assert result.returncode == 2
    assert "tcm: error: calibration must be" in result.stderr
    found = times(result.stderr)
    assert {"capture", "all"} <= set(found)
    assert "saving" not in found


def on_a_terminal(*arguments: str | Path) -> str:
    """What ``tcm`` shows there."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "torch_cortex_m", *map(str, arguments)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment) as process:
        os.close(its)
        shown = bytearray()
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux says so where the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert process.returncode == 0, shown.decode()
    return shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
def test_a_terminal_shows_the_stage_that_runs(tmp_path: Path) -> None:
    shown = on_a_terminal("compile", f"{NETWORKS}:separable", "-o", tmp_path / "out")
    assert "loading PyTorch" in shown
    assert "capture" in shown
    last_line = shown.rstrip().splitlines()[-1]
    assert last_line.startswith("kernels: ")
    assert "s  all" not in shown
