"""tcm doctor --fix: one command that installs what is missing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version

from ..errors import TcmError
from ..tools import PACKAGES, torchao_for

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def install_missing(libraries: Sequence[str], programs: Sequence[str]) -> bool:
    """Prints the command that installs these, and runs it where it needs no password; whether it
    ran. Raises TcmError where it fails."""
    packages = sorted({each for name in programs for each in PACKAGES[name].split()})
    by_hand = bool(packages) and shutil.which("apt-get") is None
    commands = [] if by_hand else list(_apt_get(packages))
    if libraries:
        commands.append([sys.executable, "-m", "pip", "install", *_requirements(libraries)])
    if by_hand:
        print(
            "there is no apt-get here: install what Debian calls "
            f"{', '.join(packages)} as this system does"
        )
    if not commands:
        return False
    may_run = not packages or (_is_root() and not by_hand)
    shown = " && ".join(map(shlex.join, commands))
    print(f"{'running' if may_run else 'run'}: {shown}", flush=True)
    if may_run:
        for command in commands:
            _run(command)
    return may_run


def _apt_get(packages: Sequence[str]) -> Iterable[list[str]]:
    if packages:
        sudo = [] if _is_root() else ["sudo"]
        yield [*sudo, "apt-get", "update"]
        yield [*sudo, "apt-get", "install", "-y", *packages]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _requirements(libraries: Sequence[str]) -> list[str]:
    """With the versions that we work with, as far as we are installed ourselves."""
    try:
        texts = requires("torch-cortex-m") or []
    except PackageNotFoundError:
        texts = []
    specified = {name.group(): text for text in texts if (name := _NAME.match(text))}
    with suppress(PackageNotFoundError):
        specified["torchao"] = torchao_for(version("torch"))
    return [specified.get(name, name).partition(";")[0].strip() for name in libraries]


def _run(command: Sequence[str]) -> None:
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise _failed(command, error.strerror or str(error)) from None
    if result.returncode != 0:
        raise _failed(command, f"exit status {result.returncode}")


def _failed(command: Sequence[str], got: str) -> TcmError:
    return TcmError(
        "what is missing could not be installed",
        where=shlex.join(command),
        got=got,
        hint="the command's own messages, above, say why",
    )
