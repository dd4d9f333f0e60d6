"""``tcm.load``."""

from __future__ import annotations

from pathlib import Path

from .compiled import CompiledModel
from .storage import load_generated


def load(folder: str | Path) -> CompiledModel:
    """The model that ``CompiledModel.save`` or ``tcm compile -o`` wrote.

    Raises TcmError if the folder was not written by them.
    """
    return CompiledModel(load_generated(Path(folder)))
