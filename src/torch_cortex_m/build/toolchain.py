"""The compilers that turn C into images: the host's, and GCC or Clang for Arm."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ..errors import TcmError
from ..target import Target
from ..tools import missing_tool, require_tool

COMPILERS = ("gcc", "clang")


@dataclass(frozen=True)
class Toolchain:
    """A C compiler with the flags that every file of an image gets, and what links its objects.

    ``name`` is the kind of compiler ("gcc", "clang", or "cc" for the host's).
    """

    name: str
    compiler: str
    flags: tuple[str, ...]
    linker: str
    link_flags: tuple[str, ...]
    size: str

    @property
    def label(self) -> str:
        """The compiler with its version, such as "gcc-12.2"."""
        return f"{self.name}-{_version(self.compiler)}"


def toolchain_for(target: Target, compiler: str | None = None) -> Toolchain:
    """The compiler for a target's images.

    compiler: for a core, "gcc" or "clang"; None: what the environment variable TCM_COMPILER says,
    or else gcc. Clang compiles only: the headers of the C library, the library itself and the
    linker are those of GCC for Arm.

    Raises TcmError if a tool is not installed, or the compiler is not one of these.
    """
    flags = ("-std=c11", "-O2", "-ffunction-sections", "-fdata-sections", *target.flags)
    if target.machine is None:
        host = require_tool("cc")
        return Toolchain("cc", host, flags, host, flags, require_tool("size"))
    name = compiler or os.environ.get("TCM_COMPILER") or "gcc"
    if name not in COMPILERS:
        raise TcmError(
            "unknown compiler for a core",
            where="TCM_COMPILER" if compiler is None else None,
            expected=", ".join(COMPILERS),
            got=name,
            hint="without the environment variable TCM_COMPILER it is gcc",
        )
    gcc, size = require_tool("arm-none-eabi-gcc"), require_tool("arm-none-eabi-size")
    if name == "gcc":
        return Toolchain(name, gcc, flags, gcc, flags, size)
    # Enumerations of a linked library are as small as GCC makes them.
    own = ("--target=arm-none-eabi", "-fshort-enums")
    own = (*own, *(f"-isystem{path}" for path in _library_headers(gcc)))
    if "dsp" in target.features:
        # Without an operating system, Clang would load and store words byte by byte.
        own = (*own, "-munaligned-access")
    return Toolchain(name, require_tool("clang"), (*own, *flags), gcc, flags, size)


def sanitizing(toolchain: Toolchain) -> Toolchain:
    """The compiler with checks of memory and of undefined behavior, which end the program.

    Without optimization, which would remove some of what is undefined and take ten times as long.
    """
    checks = ("-O0", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    return replace(
        toolchain,
        flags=(*toolchain.flags, *checks),
        link_flags=(*toolchain.link_flags, *checks),
    )


@cache
def _version(compiler: str) -> str:
    """Major and minor version."""
    output = subprocess.run(
        [compiler, "-dumpversion"], capture_output=True, text=True, check=True
    ).stdout
    found = re.match(r"\d+(\.\d+)?", output.strip())
    return found.group(0) if found else "unknown"


@cache
def _library_headers(gcc: str) -> tuple[str, ...]:
    """The folders in which GCC looks for headers, without those of the compiler itself."""
    command = [gcc, "-E", "-v", "-xc", "/dev/null"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    _, _, after = output.partition("#include <...> search starts here:\n")
    folders = after.partition("End of search list.")[0].split("\n")
    paths = [Path(folder.strip()) for folder in folders if folder.strip()]
    return tuple(str(path.resolve()) for path in paths if (path / "string.h").exists())


def run_tool(command: Sequence[str | Path], folder: Path) -> str:
    """Runs a build step in an existing folder and returns its output; raises TcmError with its
    messages if it fails, or if its program is missing."""
    try:
        result = subprocess.run(
            [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise missing_tool(Path(command[0]).name) from None
    if result.returncode != 0:
        raise TcmError(
            f"{Path(str(command[0])).name} failed while building the image",
            where=str(folder),
            got="\n" + (result.stderr.strip() or result.stdout.strip())[-4000:],
            hint="its messages say why; what they find wrong in emitted C is a defect of "
            "torch-cortex-m: please report it",
        )
    return result.stdout
