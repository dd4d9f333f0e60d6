"""Counts executed blocks in QEMU with a plugin of ours (plugin/count_blocks.c)."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from ..errors import TcmError
from ..ir.artifacts import BasicBlock, BlockFlow
from ..tools import require_tool

SOURCE = Path(__file__).parent / "plugin" / "count_blocks.c"
MARK = "tcm_ticks"
"""The function whose calls part a run into phases; every measurement starts and ends with one."""

OUTPUT = "blocks.txt"


@dataclass(frozen=True)
class BlockCounter:
    """The plugin, ready for one image. QEMU must run in a folder where it may write OUTPUT."""

    plugin: Path
    mark_address: int

    def arguments(self) -> list[str]:
        """The command-line arguments of QEMU; it wants commas in a file's name doubled."""
        plugin = str(self.plugin).replace(",", ",,")
        return ["-plugin", f"{plugin},out={OUTPUT},mark={self.mark_address:#x}"]


def block_counter(qemu: str, image: Path) -> BlockCounter:
    """Builds the plugin if it is not in the cache.

    Raises TcmError if a tool is missing, the cache cannot be written or the plugin not be built.
    """
    return BlockCounter(_plugin(_api_version(qemu)), _address(image, MARK))


def read_phases(folder: Path) -> list[BlockFlow]:
    """What ran before the first call of MARK, between each two calls, and after the last.

    Raises TcmError if QEMU did not run the plugin.
    """
    path = folder / OUTPUT
    if not path.exists():
        raise TcmError(
            "QEMU did not run the plugin that counts blocks",
            expected="a qemu-system-arm with support for TCG plugins",
            hint="install QEMU from your distribution, or build it with --enable-plugins",
        )
    lines = iter(path.read_text().splitlines())
    phases = list(_indexed_phases(lines))
    blocks = [BasicBlock(*map(int, line.split())) for line in lines]
    return [
        {(blocks[source], blocks[target]): count for source, target, count in phase}
        for phase in phases
    ]


def _indexed_phases(lines: Iterator[str]) -> Iterable[list[tuple[int, int, int]]]:
    """(source, target, count) of each phase; stops after the line ``blocks``."""
    phases: list[list[tuple[int, int, int]]] = []
    for line in lines:
        if line == "blocks":
            break
        if line == "phase":
            phases.append([])
        else:
            source, target, count = map(int, line.split())
            phases[-1].append((source, target, count))
    return phases


def flow_difference(flow: BlockFlow, overhead: BlockFlow) -> BlockFlow:
    """``flow`` without ``overhead``."""
    result = Counter(flow)
    result.subtract(overhead)
    return {edge: count for edge, count in result.items() if count}


@cache
def _api_version(qemu: str) -> int:
    """QEMU 9.0 dropped version 1 of the plugin API; what we call is the same in both."""
    output = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)", output)
    return 2 if found and int(found[1]) >= 9 else 1


@cache
def _plugin(api_version: int) -> Path:
    source = SOURCE.read_bytes()
    name = f"count_blocks-{hashlib.sha256(source).hexdigest()[:16]}-{api_version}.so"
    path = _cache_folder() / name
    if not path.exists():
        _build(path, api_version)
    return path


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "torch-cortex-m"


def _build(path: Path, api_version: int) -> None:
    """Builds beside ``path`` and renames, so that others never see half a file."""
    compiler = require_tool("cc")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=".so", delete=False) as file:
            work = Path(file.name)
    except OSError as error:
        raise TcmError(
            "cannot write the cache folder",
            where=str(path.parent),
            got=error.strerror,
            hint="set XDG_CACHE_HOME to a folder that you may write to",
        ) from None
    try:
        flags = ["-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden"]
        command = [compiler, *flags, f"-DTCM_PLUGIN_API={api_version}", str(SOURCE), "-o"]
        result = subprocess.run([*command, str(work)], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise TcmError(
                "the plugin that counts blocks cannot be built",
                expected="a C compiler for this computer (set CC to name another)",
                got=result.stderr.strip()[-2000:],
            )
        work.replace(path)
    finally:
        work.unlink(missing_ok=True)


def _address(image: Path, function: str) -> int:
    """The address of a function in an executable, without the Thumb bit."""
    command = [require_tool("arm-none-eabi-nm"), str(image)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^([0-9a-f]+) T {function}$", output, re.MULTILINE)
    assert found, f"{image} has no function {function}"
    return int(found[1], 16) & ~1
