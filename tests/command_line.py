"""The tcm command in a process of its own, forked from one that has imported PyTorch already: most
of a command's time is that import."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PYTORCH = "torch_cortex_m.frontend.pytorch"
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["torch._dynamo", "torch_cortex_m.commands", PYTORCH])


def tcm(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs ``tcm`` with these arguments, in the folder ``cwd``, with nothing to read."""
    command = ["tcm", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        process = PROCESSES.Process(target=_run, args=(command, cwd, stdout, stderr))
        process.start()
        process.join()
        assert process.exitcode is not None
        return subprocess.CompletedProcess(
            command, process.exitcode, stdout.read_text(), stderr.read_text()
        )


def _run(command: list[str], cwd: Path | None, stdout: Path, stderr: Path) -> None:
    from torch_cortex_m.cli import main

    for stream, path in ((sys.stdout, stdout), (sys.stderr, stderr)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    os.chdir(cwd or Path.cwd())
    sys.argv = command
    main()
