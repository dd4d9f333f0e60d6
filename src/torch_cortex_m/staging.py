"""Files are written aside first, so that nothing half-written is left where they belong."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from errno import EACCES, ENOTDIR
from pathlib import Path
from tempfile import mkdtemp

from .errors import TcmError
from .manifest import write_manifest

LINK_MANIFEST = "link.json"
"""By which a folder is known as one of several models."""


def is_linked(folder: Path) -> bool:
    """Whether tcm link wrote the folder."""
    return os.path.isfile(folder / LINK_MANIFEST)  # False for a name that no file can have, too


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


def write_file(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all, in folders that are made for it. What is there and no
    file, such as a pipe, takes the data as it can. Raises OSError, also where the file may be
    written and its folder not: the new one lies there until it is whole."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    place = path.resolve()  # a link stays one
    place.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise PermissionError(EACCES, f"no new file can be made in {place.parent}", str(path))
    with staged(place.parent) as work:
        new = work / place.name
        new.write_bytes(data)
        if place.exists():
            place.open("r+b").close()  # an error if it may not be written
            shutil.copymode(place, new)
        new.replace(place)


def replace_folder(folder: Path, manifest: str, write: Callable[[Path], None]) -> None:
    """Lets ``write`` write all files beside ``folder``, or inside it if it exists, and then puts
    them in place, which may be in folders of their own, with a list of them that says what made
    them. manifest: the one of them that lists what belongs to us, as "files".

    What else lies in the folder stays, but for files that tcm wrote there before. Of several that
    do so at once one is the last, whose files these are.
    Raises TcmError if something cannot be written; then, and where it is interrupted, everything
    stays as it was.
    """
    check_replaceable(folder, manifest)
    try:
        with staged(folder) as work:
            write(work)
            write_manifest(work)
            if not _became(work, folder):
                with _alone(folder), staged(folder) as kept:
                    _replace(folder, work, kept, manifest)
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _became(work: Path, folder: Path) -> bool:
    """Whether what was staged is the folder now: false, where there is one."""
    if folder.exists():
        return False
    try:
        as_new_folder(work, folder)
    except OSError:
        if folder.exists():  # of another process, a moment ago
            return False
        raise
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Waits for others that replace files of the folder. On Windows, and on file systems without
    locks, nobody waits. Raises OSError."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(folder: Path, work: Path, kept: Path, manifest: str) -> None:
    """Moves the files of ``work`` into the folder and removes what tcm wrote there before.

    kept: a folder for copies of what was there, until all is in place.
    """
    names = _files_in(work)
    known = _files_of(folder, manifest)
    for name in names:
        _check_place(folder, name)
    for name in names | known:
        if (folder / name).is_file():
            (kept / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, kept / name)
    try:
        for name in sorted(names):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).replace(folder / name)
        for name in known - names:
            _remove(folder, name)
    except BaseException:
        _restore(folder, kept, names)
        raise


def _restore(folder: Path, kept: Path, names: Set[str]) -> None:
    """Puts back what was kept, and removes those of the names of which there was nothing."""
    before = _files_in(kept)
    for name in names - before:
        _remove(folder, name)
    for name in before:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (kept / name).replace(folder / name)


def _remove(folder: Path, name: str) -> None:
    """Raises OSError."""
    (folder / name).unlink(missing_ok=True)
    _remove_empty((folder / name).parent, folder)


def _files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _check_place(folder: Path, name: str) -> None:
    """Raises TcmError where something that is not ours is in a file's way, before any is moved."""
    place = folder / name
    in_way = [each for each in (*place.parents, place) if each.exists() or each.is_symlink()]
    wrong = [each for each in in_way if each.is_dir() == (each == place)]
    if wrong or not _lies_in(folder, name):
        raise TcmError(
            "something is in the way in the output folder",
            where=str(wrong[-1] if wrong else place.parent),
            expected="a file" if place in wrong else "a folder of its own",
            got="a folder" if place in wrong else "a file" if wrong else "a link to elsewhere",
            hint="move it away, or choose another folder, which will be tcm's own",
        )


def _lies_in(folder: Path, name: str) -> bool:
    """Whether it does so by name and by all links on the way."""
    return (folder / name).parent.resolve().is_relative_to(folder.resolve())


def _remove_empty(inner: Path, folder: Path) -> None:
    """Removes the folders from ``inner`` upwards that hold nothing any more, below ``folder``."""
    while inner != folder and inner.is_dir() and not any(inner.iterdir()):
        inner.rmdir()
        inner = inner.parent


def _files_of(folder: Path, manifest: str) -> set[str]:
    """The files that tcm wrote into a folder before, as far as its manifest is readable."""
    try:
        listed = json.loads((folder / manifest).read_text(encoding="utf-8"))["files"]
        return {n for n in listed if _lies_in(folder, n) and not (folder / n).is_dir()}
    except (OSError, ValueError, KeyError, TypeError, RecursionError, RuntimeError):
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
        raise TcmError(
            "the output is a file",
            where=str(folder),
            expected="a folder",
            hint="choose another folder, or move the file away",
        )
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
