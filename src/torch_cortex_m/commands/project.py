"""tcm project."""

from __future__ import annotations

from pathlib import Path

from .. import __version__
from ..errors import TcmError
from ..ship import (
    SERIAL,
    board_model,
    check_kind,
    check_version,
    firmware_files,
    project_files,
    write_project,
)
from ..ship.projects import MANIFEST
from ..staging import check_replaceable, is_linked
from ..version import release_of
from .linked import load_linked
from .written import load_as_written


def ship_folder(folder: Path, kind: str, out: Path, version: str | None = None) -> None:
    """Writes a compiled folder as a project of another build system, or a linked one as a firmware
    for a board. version: of the project; without one, the release of tcm that wrote it.

    Raises TcmError.
    """
    check_kind(kind)
    if version is not None:
        check_version(version, kind)
    check_replaceable(out, MANIFEST)
    if is_linked(folder):
        files = _linked_files(folder, kind)
    else:
        generated = load_as_written(folder).generated
        files = project_files(generated, kind, version or release_of(__version__))
    write_project(files, out)
    print(f"{out}: {len(files)} files for {kind}")


def _linked_files(folder: Path, kind: str) -> dict[str, str]:
    if kind != SERIAL:
        raise TcmError(
            "a linked folder is no project of this kind",
            where=str(folder),
            expected=SERIAL,
            got=kind,
            hint="add the folder itself to your build, by its CMakeLists.txt or its .c files, "
            "or make a project of the folder of each model",
        )
    linked, models = load_linked(folder)
    return firmware_files(linked, [board_model(model.generated) for model in models])
