"""QEMU's plugins of ours (plugin/*.c): built when they are first used, kept in a cache folder."""

from __future__ import annotations

import hashlib
import re
import subprocess
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from ..errors import TcmError
from ..paths import cache_folder
from ..tools import require_tool

FOLDER = Path(__file__).parent / "plugin"
DECLARATIONS = FOLDER / "qemu_plugin.h"
MARK = "tcm_ticks"
"""The function whose calls part a run into phases; every measurement starts and ends with one."""


def plugin_arguments(name: str, qemu: str, image: Path, **options: object) -> list[str]:
    """The command-line arguments of QEMU, which must run in a folder where it may write. It wants
    commas in a file's name doubled.

    Raises TcmError if a tool is missing, the cache cannot be written or the plugin not be built.
    """
    plugin = str(_built(name, _api_version(qemu))).replace(",", ",,")
    options = {"out": _output(name), "mark": hex(_address(image, MARK)), **options}
    return ["-plugin", ",".join([plugin, *(f"{key}={value}" for key, value in options.items())])]


def read_output(name: str, folder: Path) -> list[str]:
    """The lines that a plugin wrote. Raises TcmError if QEMU did not run it."""
    path = folder / _output(name)
    if not path.exists():
        raise TcmError(
            f"QEMU did not run the plugin {name}",
            expected="a qemu-system-arm with support for TCG plugins",
            hint="install QEMU from your distribution, or build it with --enable-plugins",
        )
    return path.read_text().splitlines()


def _output(name: str) -> str:
    return f"{name}.txt"


@cache
def _api_version(qemu: str) -> int:
    """QEMU 9.0 dropped version 1 of the plugin API; what we call is the same in both."""
    output = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)", output)
    return 2 if found and int(found[1]) >= 9 else 1


@cache
def _built(name: str, api_version: int) -> Path:
    source = FOLDER / f"{name}.c"
    content = source.read_bytes() + DECLARATIONS.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    path = cache_folder() / f"{name}-{digest}-{api_version}.so"
    if not path.exists():
        _build(source, path, api_version)
    return path


def _build(source: Path, path: Path, api_version: int) -> None:
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
        command = [compiler, *flags, f"-DTCM_PLUGIN_API={api_version}", str(source), "-o"]
        result = subprocess.run([*command, str(work)], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise TcmError(
                f"QEMU's plugin {source.stem} cannot be built",
                expected="a C compiler for this computer (set CC to name another)",
                got=result.stderr.strip()[-2000:],
                hint="install a C compiler or name another; tcm doctor shows what is missing",
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
