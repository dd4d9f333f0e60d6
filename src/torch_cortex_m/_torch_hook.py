"""Makes ``torch.ops.tcm`` exist once both torch and torch_cortex_m are imported, in any order.

Importing torch takes seconds, and ``tcm --help`` or a host run need none of it; so where torch is
not loaded yet, a finder waits for its import instead of forcing it.
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any


def register_operators_with_torch() -> None:
    """Registers now if torch is loaded, otherwise right after it gets loaded."""
    if sys.modules.get("torch") is not None:
        _register()
    else:
        sys.meta_path.insert(0, _TorchFinder())


def _register() -> None:
    from .ops.pytorch.library import register

    register()


class _TorchFinder(MetaPathFinder):
    """Finds torch as usual, and registers the operators when it has been executed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "torch":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return spec
        loader: Any = spec.loader
        execute = loader.exec_module

        def execute_and_register(module: ModuleType) -> None:
            execute(module)
            _register()

        loader.exec_module = execute_and_register
        return spec
