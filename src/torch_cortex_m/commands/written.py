"""Folders whose C is what tcm wrote there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import TcmError
from ..model.compiled import CompiledModel
from ..model.load import load


def load_as_written(folder: Path) -> CompiledModel:
    """The model of a compiled folder, whose C is proved or shipped. Raises TcmError if there is
    none, or if its C is not what lies in the folder."""
    compiled = load(folder)
    edited = "an edited file, or that of another version of tcm"
    files = compiled.generated.program.files
    check_files(folder, files, edited, "compile again, or restore the file")
    return compiled


def check_files(folder: Path, files: Mapping[str, str], edited: str, hint: str) -> None:
    """Raises TcmError if a file is missing, or is another one, which is said as ``edited``."""
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != text.encode():
            raise TcmError(
                "the folder does not hold what tcm wrote there",
                where=str(path),
                expected="the file as it was emitted",
                got=edited if path.is_file() else "no such file",
                hint=hint,
            )
