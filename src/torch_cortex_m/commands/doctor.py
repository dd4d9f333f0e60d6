"""tcm doctor."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from ..tools import PACKAGES, find_tool
from .install import install_missing

_USED_FOR = {
    "cc": "run on the host, count blocks on an emulated core",
    "size": "run on the host",
    "arm-none-eabi-gcc": "build for a core",
    "arm-none-eabi-size": "flash size",
    "arm-none-eabi-nm": "count blocks on an emulated core",
    "arm-none-eabi-objdump": "estimate cycles",
    "qemu-system-arm": "run, verify and profile on an emulated core",
}
_LIBRARIES = {
    "numpy": "everything",
    "torch": "compile, reference",
    "torchao": "quantize",
    "typer": "the command line",
    "rich": "tables and progress bars",
    "jinja2": "CMakeLists.txt",
    "tflite": "compile .tflite files",
    "flatbuffers": "compile .tflite files",
}

_OPTIONAL = {"pyserial": "boards over a serial line (--on serial:PORT)"}
"""What most do without -> what for."""


@dataclass(frozen=True)
class _Need:
    """A library or program; found: its version, None where it is missing."""

    name: str
    purpose: str
    found: str | None
    remedy: str


def diagnose(*, fix: bool = False) -> bool:
    """Prints what is installed and what is missing; True if nothing is missing. ``fix`` also
    installs that, or prints the command that does. Raises TcmError where this fails."""
    missing = _print_all()
    if not fix or not any(missing):
        return not any(missing)
    return install_missing(*missing) and not any(_print_all())


def _print_all() -> tuple[list[str], list[str]]:
    """(missing libraries, missing programs)."""
    libraries = [_library(name, purpose) for name, purpose in _LIBRARIES.items()]
    programs = [_program(name, purpose) for name, purpose in _USED_FOR.items()]
    needs = [*libraries, *programs]
    for need in needs:
        _print(need, "MISSING")
    for name, purpose in _OPTIONAL.items():
        _print(_library(name, purpose), "not installed")
    complete = all(need.found for need in needs)
    print("all is there" if complete else "what is missing is only needed for what is named")
    return _missing(libraries), _missing(programs)


def _print(need: _Need, otherwise: str) -> None:
    status = need.found or f"{otherwise} ({need.remedy})"
    print(f"{need.name:22} {need.purpose:44} {status}")


def _missing(needs: list[_Need]) -> list[str]:
    return [need.name for need in needs if need.found is None]


def _library(name: str, purpose: str) -> _Need:
    try:
        found = version(name)
    except PackageNotFoundError:
        found = None
    return _Need(name, purpose, found, f"pip install {name}")


def _program(name: str, purpose: str) -> _Need:
    path = find_tool(name)
    found = None if path is None else _tool_version(path)
    return _Need(name, purpose, found, f"apt-get install {PACKAGES[name]}")


def _tool_version(path: str) -> str:
    result = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    lines = (result.stdout or result.stderr).splitlines()
    return lines[0] if result.returncode == 0 and lines else path
