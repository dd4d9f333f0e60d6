"""Files are written aside first, so that nothing half-written is left where they belong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


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
