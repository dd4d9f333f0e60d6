"""What made a folder: a list of its files with their checksums, versions and the command."""

from __future__ import annotations

import json
import platform
import shlex
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import __version__

MANIFEST = "tcm-manifest.json"
"""In each folder that tcm writes. It alone tells of the machine: all other files are the same on
each of them."""

PACKAGES = ("numpy", "torch", "torchao")

_command: list[str] = []


def remember_command(arguments: Sequence[str]) -> None:
    """What tcm was called with, for the manifests that it writes."""
    _command[:] = arguments


def write_manifest(folder: Path) -> None:
    """Of all files in the folder, by their paths in it: bytes and SHA-256. The command is null
    where Python called, and so is the version of a package that is not installed.

    Raises OSError.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    data = {
        "command": shlex.join(["tcm", *_command]) if _command else None,
        "versions": {
            "torch-cortex-m": __version__,
            "python": platform.python_version(),
            **{name: _version(name) for name in PACKAGES},
        },
        "files": {path.relative_to(folder).as_posix(): _checksum(path) for path in files},
    }
    (folder / MANIFEST).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _checksum(path: Path) -> dict[str, int | str]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": sha256(data).hexdigest()}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
