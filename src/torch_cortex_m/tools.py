"""The programs of other people that we call, and what to install where one is missing."""

from __future__ import annotations

import importlib.util
import os
import shutil

from .errors import TcmError

PACKAGES = {
    "cc": "gcc",
    "size": "binutils",
    "clang": "clang",
    "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    "arm-none-eabi-size": "gcc-arm-none-eabi",
    "arm-none-eabi-nm": "binutils-arm-none-eabi",
    "arm-none-eabi-objdump": "binutils-arm-none-eabi",
    "qemu-system-arm": "qemu-system-arm",
}
"""Tool -> the Debian packages that have it."""

TORCHAO = {"2.9": "0.15", "2.10": "0.16", "2.11": "0.17"}
"""Release of torch -> the release of torchao that was made for it; NEWEST_TORCHAO is for all later
ones. Source: the table of compatible versions in torchao/__init__.py, and its release notes."""

NEWEST_TORCHAO = "0.18"


def find_tool(name: str) -> str | None:
    """The path of a program, None where it is not installed. $CC names the host compiler."""
    if name == "cc":
        return shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    return shutil.which(name)


def require_tool(name: str) -> str:
    """``find_tool``; raises TcmError that says what to install."""
    path = find_tool(name)
    if path is None:
        raise missing_tool(name)
    return path


def missing_tool(name: str) -> TcmError:
    """That a program is not installed."""
    install = f"apt-get install {PACKAGES[name]}" if name in PACKAGES else f"install {name}"
    return TcmError(
        f"{name} is not installed",
        expected=f"{name} on the PATH",
        hint=f"{install} (`tcm doctor` lists all that is missing)",
    )


def torchao_for(torch: str) -> str:
    """What to ask pip for, beside this version of torch: torchao does not tell pip."""
    release = ".".join(torch.split(".")[:2])
    return f"torchao=={TORCHAO.get(release, NEWEST_TORCHAO)}.*"


def require_torch(purpose: str) -> None:
    """Raises TcmError that says what to install where PyTorch or torchao is missing; a ``.tflite``
    file compiles without them. Imports neither."""
    missing = [name for name in ("torch", "torchao") if importlib.util.find_spec(name) is None]
    if missing:
        raise TcmError(
            f"{' and '.join(missing)} must be installed for {purpose}",
            expected="PyTorch and torchao in this environment",
            hint='pip install "torch-cortex-m[torch]"; only .tflite files compile without them',
        )
