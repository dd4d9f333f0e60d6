"""tcm project."""

from __future__ import annotations

from pathlib import Path

from .. import __version__
from ..model.load import load
from ..ship import project_files, write_project
from ..version import release_of


def ship_folder(folder: Path, kind: str, out: Path) -> None:
    """Writes a compiled folder as a project of another build system; raises TcmError."""
    files = project_files(load(folder).generated, kind, release_of(__version__))
    write_project(files, out)
    print(f"{out}: {len(files)} files for {kind}")
