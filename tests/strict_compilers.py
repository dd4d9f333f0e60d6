"""Emitted C through compilers that forgive nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from torch_cortex_m.build.image import write_sources
from torch_cortex_m.ir.artifacts import Program

STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wconversion"]
OPTIMIZING = ["-O2"]
"""What some of GCC's warnings need, about data and bounds."""
FRONT_END = ["-fsyntax-only"]
"""All that finds most of GCC's warnings, and all of Clang's."""
CORE_COMPILERS = {
    "gcc": ["arm-none-eabi-gcc"],
    "clang": ["clang", "--target=arm-none-eabi", "-isystem/usr/lib/arm-none-eabi/include"],
}


def compile_strictly(
    files: dict[str, str],
    folder: Path,
    compiler: list[str],
    what: str = "",
    how: Sequence[str] = OPTIMIZING,
) -> None:
    """what: stands before the compiler's messages. how: what the compiler does with the C."""
    for name, text in files.items():
        (folder / name).write_text(text)
    for source in sorted(name for name in files if name.endswith(".c")):
        compile_source(folder / source, compiler, what, how)


def compile_source(source: Path, compiler: list[str], what: str, how: Sequence[str]) -> None:
    command = [*compiler, *STRICT, *how, "-c", source.name, "-o", f"{source.name}.o"]
    result = subprocess.run(command, cwd=source.parent, capture_output=True, text=True, check=False)
    assert result.returncode == 0, what + result.stderr


def compile_together(
    programs: Sequence[Program],
    folder: Path,
    compiler: list[str],
    what: str = "",
    how: Sequence[str] = OPTIMIZING,
) -> None:
    """``compile_strictly`` for many programs in few sources: starting a compiler costs more than
    compiling a small layer."""
    for source in write_sources(programs, folder, separate=False, guarded=False):
        compile_source(source, compiler, what, how)
