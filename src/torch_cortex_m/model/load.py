"""``tcm.load``."""

from __future__ import annotations

from pathlib import Path

from ..paths import as_path
from .compiled import CompiledModel
from .storage import load_generated


def load(folder: str | Path) -> CompiledModel:
    """The model that ``CompiledModel.save`` or ``tcm compile -o`` wrote.

    It is complete: it runs, verifies and measures without the model that it came from, and
    ``run_arrays`` needs no torch. The C is chosen and emitted anew, the same as it was.

    folder: with plan.json and constants.npz; the C files in it are not read.

    Raises TcmError if the folder was not written by them, is damaged, was written by another
    version, or names a kernel library that is not there any more.
    """
    return CompiledModel(load_generated(as_path(folder, "folder", "a folder that tcm wrote")))
