"""Which C of users' own kernels this computer has compiled before: the C of a folder that comes
from elsewhere is somebody's program, and is not run unasked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from ..errors import TcmError
from ..generate import OwnKernel
from ..paths import cache_folder

VARIABLE = "TCM_TRUST_KERNELS"

_known: set[str] = set()
"""Of this process, also where no file can be written."""


def remember(kernels: Iterable[OwnKernel]) -> None:
    """That the user gave these here."""
    for digest in map(_digest, kernels):
        _known.add(digest)
        with suppress(OSError):
            _folder().mkdir(parents=True, exist_ok=True)
            (_folder() / digest).touch()


def check_known(folder: Path, kernels: Iterable[OwnKernel]) -> None:
    """Raises TcmError for a kernel of a compiled folder that was never given here, unless the
    environment variable allows it."""
    for own in kernels:
        digest = _digest(own)
        if digest in _known or (_folder() / digest).exists() or os.environ.get(VARIABLE) == "1":
            continue
        raise TcmError(
            "the folder has C of somebody's own that this computer has not compiled yet",
            where=str(folder / own.header.name),
            expected="a kernel that was given here with --kernel",
            got=f"{own.kernel.name}, for layer '{own.layer}'",
            hint=f"read it: it will run. With the environment variable {VARIABLE}=1 it may; or "
            "compile the model here",
        )


def _digest(own: OwnKernel) -> str:
    return sha256(own.header.text.encode()).hexdigest()


def _folder() -> Path:
    return cache_folder() / "kernels"
