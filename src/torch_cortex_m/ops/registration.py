"""Operators and kernels of a folder that is not installed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from ..paths import as_path
from . import discovery


def register(folder: str | Path) -> None:
    """Adds the operators and kernels of a folder that no distribution brings.

    At any time: models that are compiled afterwards may have them, and ``torch.ops.tcm`` has the
    operators. It counts in this process alone; for the command ``tcm``, name the folder in the
    environment variable TCM_OPERATORS. What the folder holds is imported, so it runs.

    Args:
        folder: has a folder for each operator, with ``op.py``, ``reference.py`` and headers, or,
            named as an operator that there is, with ``kernels.py`` and headers
            (docs/custom-operators.md). A folder that was registered before is not read again.

    Raises:
        TcmError: the folder is not there or has no operators; one of them does not fit, cannot be
            imported, or has a name or a header's name that is taken. Then nothing is registered.
    """
    path = as_path(folder, "register(folder=...)", "a folder of operators").resolve()
    if path in discovery.registered:
        return
    discovery.registered.append(path)
    discovery.forget()
    try:
        discovery.definitions()
        if "torch" in sys.modules:
            from .pytorch import library

            library.register()
    except BaseException:
        discovery.registered.remove(path)
        discovery.forget()
        _unload(discovery.import_name(path))
        raise


def _unload(package: str) -> None:
    """Lets what was imported be read again once it is mended."""
    for name in [*sys.modules]:
        if name == package or name.startswith(f"{package}."):
            del sys.modules[name]
    importlib.invalidate_caches()
