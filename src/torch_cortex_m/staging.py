"""Files are written aside first, so that nothing half-written is left where they belong."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, ENOTDIR
from pathlib import Path
from tempfile import mkdtemp

from .errors import TcmError


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder``, or inside it if it exists, which is gone afterwards with all
    that was not moved out of it. Raises OSError."""
    parent = folder if folder.exists() else folder.parent
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=".tcm-", dir=parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def as_new_folder(work: Path, folder: Path) -> None:
    """Makes what was staged the folder, which does not exist. Raises OSError."""
    work.chmod(0o755)  # mkdtemp's are the user's own
    work.rename(folder)


def replace_folder(folder: Path, manifest: str, write: Callable[[Path], None]) -> None:
    """Lets ``write`` write all files beside ``folder``, or inside it if it exists, and then puts
    them in place. manifest: the one of them that lists what belongs to us, as "files".

    What else lies in the folder stays, but for files that tcm wrote there before.
    Raises TcmError if something cannot be written; then everything stays as it was.
    """
    check_replaceable(folder, manifest)
    new = not folder.exists()
    try:
        with staged(folder) as work:
            write(work)
            if new:
                as_new_folder(work, folder)
            else:
                _replace(folder, work, manifest)
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _replace(folder: Path, work: Path, manifest: str) -> None:
    """Moves the files of ``work`` into the folder and removes what tcm wrote there before."""
    names = {path.name for path in work.iterdir()}
    known = _files_of(folder, manifest)
    for name in sorted(names):
        (work / name).replace(folder / name)
    for name in known - names:
        (folder / name).unlink(missing_ok=True)


def _files_of(folder: Path, manifest: str) -> set[str]:
    """The C files that tcm wrote into a folder before, as far as its manifest is readable."""
    try:
        listed = json.loads((folder / manifest).read_text(encoding="utf-8"))["files"]
        return {name for name in listed if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _cannot_write(folder: Path, error: OSError) -> TcmError:
    return TcmError(
        "cannot write the output folder",
        where=str(folder),
        got=f"{error.strerror or error}{_of(folder, error)}",
        hint="choose a folder that you may write to",
    )


def _of(folder: Path, error: OSError) -> str:
    """The file that an error is about, where that is one above the folder."""
    above = error.filename in map(str, folder.resolve().parents)
    return f": {error.filename}" if above else ""


def check_replaceable(folder: Path, manifest: str) -> None:
    """Raises TcmError if ``folder`` is a file, holds what tcm did not write, or cannot be read or
    written."""
    try:
        _check_writable(folder)
        if not folder.exists():
            return
        is_folder = folder.is_dir()
        foreign = is_folder and any(folder.iterdir()) and not (folder / manifest).exists()
    except OSError as error:
        raise _cannot_write(folder, error) from None
    if not is_folder:
        raise TcmError("the output is a file", where=str(folder), expected="a folder")
    if foreign:
        raise TcmError(
            "the output folder holds other files",
            where=str(folder),
            expected="a new or empty folder, or one that tcm wrote",
            hint="choose another folder, which will be tcm's own",
        )


def _check_writable(folder: Path) -> None:
    """Raises an OSError unless files can be made in the folder, or in the first above that is."""
    nearest = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if nearest != folder and not nearest.is_dir():
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(nearest))
    if not os.access(nearest, os.W_OK | os.X_OK) and nearest.is_dir():
        raise PermissionError(EACCES, os.strerror(EACCES), str(nearest))
