"""Kernel libraries that the user links: where they are and what functions they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import TcmError

_MAGIC = b"!<arch>\n"
_HEADER_BYTES = 60


@dataclass(frozen=True)
class KernelLibrary:
    """A static library for the target with its include folders; ``symbols`` are its functions."""

    include: tuple[Path, ...]
    path: Path
    symbols: frozenset[str]


def open_library(include: Sequence[str | Path], path: str | Path) -> KernelLibrary:
    """Raises TcmError if a folder or the archive is missing, or the archive is not one."""
    folders = tuple(Path(folder).resolve() for folder in include)
    for folder in folders:
        if not folder.is_dir():
            raise TcmError(
                "include folder not found",
                expected="a folder",
                got=str(folder),
                hint="name the folder Include of CMSIS-NN (--cmsis-nn-include)",
            )
    if not any((folder / "arm_nnfunctions.h").exists() for folder in folders):
        raise TcmError(
            "no CMSIS-NN headers in the include folders",
            expected="a folder with arm_nnfunctions.h",
            got=", ".join(map(str, folders)) or "no folder",
            hint="pass --cmsis-nn-include with CMSIS-NN's Include folder",
        )
    archive = Path(path).resolve()
    if not archive.is_file():
        raise TcmError(
            "library not found",
            expected="a static library (.a)",
            got=str(archive),
            hint="build CMSIS-NN for the target and name its .a file (--cmsis-nn-library)",
        )
    return KernelLibrary(folders, archive, archive_symbols(archive))


def archive_symbols(path: Path) -> frozenset[str]:
    """The symbol index of a static library (System V / GNU archive format).

    Raises TcmError if the file is not an archive or has no index.
    """
    with path.open("rb") as file:
        magic, header = file.read(len(_MAGIC)), file.read(_HEADER_BYTES)
        size = header[48:58].strip()
        if magic != _MAGIC or header[:16].rstrip() != b"/" or not size.isdigit():
            raise TcmError(
                "not a static library with a symbol index",
                where=str(path),
                expected="an archive made by ar",
                hint="run ranlib on it, or pass another file",
            )
        index = file.read(int(size))
    count = int.from_bytes(index[:4], "big")
    names = index[4 + 4 * count :].split(b"\0")[:count]
    return frozenset(name.decode() for name in names)
