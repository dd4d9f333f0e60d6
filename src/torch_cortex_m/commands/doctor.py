"""tcm doctor."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError, version

from ..tools import PACKAGES, find_tool

_USED_FOR = {
    "cc": "run on the host, count blocks on an emulated core",
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


def diagnose() -> bool:
    """Prints what is installed and what is missing; True if nothing is missing."""
    complete = True
    for name, purpose in _LIBRARIES.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found, complete = None, False
        _line(name, found, purpose, f"pip install {name}")
    for name, purpose in _USED_FOR.items():
        path = find_tool(name)
        complete = complete and path is not None
        found = None if path is None else _tool_version(path)
        _line(name, found, purpose, f"apt-get install {PACKAGES[name]}")
    print("all is there" if complete else "what is missing is only needed for what is named")
    return complete


def _line(name: str, found: str | None, purpose: str, remedy: str) -> None:
    status = found if found is not None else f"MISSING ({remedy})"
    print(f"{name:22} {purpose:44} {status}")


def _tool_version(path: str) -> str:
    result = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return (result.stdout or result.stderr).splitlines()[0] if result.returncode == 0 else path
