"""The paths that users give."""

from __future__ import annotations

import os
from errno import EINVAL
from pathlib import Path
from typing import Any

from .errors import TcmError


def as_path(value: Any, where: str, what: str) -> Path:
    """where: the argument that it was given as; what: it should be the path of.

    Raises TcmError for what is neither text nor a path, and for what no file can be called.
    """
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise TcmError(
            "this is not a path",
            where=where,
            expected=f"the path of {what}, as a str or a pathlib.Path",
            got=repr(value) if isinstance(value, str) else f"{type(value).__name__}: {value!r:.80}",
            hint=f"give the name of {what}, with the folders above it",
        )
    return Path(text)


def check_no_device(path: Path) -> None:
    """Raises OSError for a device such as /dev/zero, which may have no end."""
    if path.is_char_device():
        raise OSError(EINVAL, "it is a device, not a file", str(path))


def cache_folder() -> Path:
    """Where what can be made again is kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "torch-cortex-m"


def optional_path(value: Any, where: str, what: str) -> Path | None:
    """``as_path``, or None for None."""
    return None if value is None else as_path(value, where, what)
