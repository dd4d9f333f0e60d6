"""A real CMSIS-NN to compare with: compiled from the sources that the package bakenn carries.

CMSIS_NN_INCLUDE (folders, separated as in PATH) and CMSIS_NN_LIBRARY (a static library, with
``{core}`` in place of the core's name; of several, separated alike, the first) name another one
instead.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import has_emulator

from torch_cortex_m.build import KernelLibrary, Toolchain, open_library, toolchain_for
from torch_cortex_m.target import CORES

VENDOR = Path("backend") / "cmsis_nn" / "vendor"


@dataclass(frozen=True)
class CmsisNN:
    """Gives the library of a core, compiled at first use into ``folder``; compiler: as of
    ``toolchain_for``."""

    folder: Path
    compiler: str | None = None
    optimize: str = "-O3"

    def library(self, core: str) -> KernelLibrary:
        """Skips the test where there is nothing to compile, or nothing to compile it with."""
        if not has_emulator():
            pytest.skip("arm-none-eabi-gcc or qemu-system-arm is not installed")
        given = os.environ.get("CMSIS_NN_LIBRARY")
        if given:
            path = Path(given.split(os.pathsep)[0].replace("{core}", core))
            if not path.is_file():
                pytest.skip(f"CMSIS_NN_LIBRARY has no {path}")
            return open_library(os.environ["CMSIS_NN_INCLUDE"].split(os.pathsep), path)
        vendor = bakenn_vendor()
        include = [vendor / "cmsis_nn" / "Include", vendor / "cmsis_core" / "Include"]
        path = self.folder / f"libcmsis-nn-{core}.a"
        with (self.folder / f"{core}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                sources = sorted((vendor / "cmsis_nn" / "Source").rglob("*.c"))
                toolchain = toolchain_for(CORES[core], self.compiler)
                build_library(sources, include, toolchain, path, self.optimize)
        return open_library(include, path)


def bakenn_vendor() -> Path:
    """The folder with CMSIS-NN's sources; bakenn itself is never imported."""
    found = importlib.util.find_spec("bakenn")
    if found is None or found.origin is None:
        pytest.skip("the package bakenn is not installed, and CMSIS_NN_LIBRARY is not set")
    return Path(found.origin).parent / VENDOR


def build_library(
    sources: Sequence[Path],
    include: Sequence[Path],
    toolchain: Toolchain,
    path: Path,
    optimize: str = "-O3",
) -> None:
    """Compiles C sources into a static library, which is there when it is complete."""
    objects = path.parent / path.stem
    objects.mkdir(exist_ok=True)
    flags = [*toolchain.flags, "-std=gnu11", optimize, *(f"-I{folder}" for folder in include)]

    def compile_one(source: Path) -> Path:
        output = objects / f"{source.stem}.o"
        run(toolchain.compiler, *flags, "-c", source, "-o", output)
        return output

    with ThreadPoolExecutor(2) as pool:
        compiled = list(pool.map(compile_one, sources))
    run("arm-none-eabi-ar", "rcs", path.with_suffix(".tmp"), *compiled)
    path.with_suffix(".tmp").rename(path)


def run(*command: str | Path) -> None:
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
