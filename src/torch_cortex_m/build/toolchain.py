"""The compilers that turn C into images: the host's, and GCC for Arm."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import TcmError
from ..target import Target
from ..tools import require_tool


@dataclass(frozen=True)
class Toolchain:
    """A C compiler with the flags that every file of an image gets."""

    compiler: str
    size: str
    flags: tuple[str, ...]


def toolchain_for(target: Target) -> Toolchain:
    """The compiler for a target's images. Raises TcmError if it is not installed."""
    common = ("-std=c11", "-O2", "-ffunction-sections", "-fdata-sections", *target.flags)
    if target.machine is None:
        return Toolchain(require_tool("cc"), "size", common)
    return Toolchain(require_tool("arm-none-eabi-gcc"), require_tool("arm-none-eabi-size"), common)


def run_tool(command: Sequence[str | Path], folder: Path) -> str:
    """Runs a build step and returns its output; raises TcmError with its messages if it fails."""
    result = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise TcmError(
            f"{Path(str(command[0])).name} failed while building the image",
            where=str(folder),
            got="\n" + (result.stderr.strip() or result.stdout.strip())[-4000:],
        )
    return result.stdout
