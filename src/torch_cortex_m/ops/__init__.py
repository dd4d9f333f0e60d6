"""The operators: one folder each, found by looking; there is no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import TcmError
from .base import Case, Definition


@cache
def definitions() -> dict[str, Definition]:
    """Operator name -> definition, for every folder that has an op.py."""
    found = {}
    folder = Path(__file__).parent
    for module in pkgutil.iter_modules([str(folder)]):
        if (folder / module.name / "op.py").exists():
            op_module = importlib.import_module(f"{__name__}.{module.name}.op")
            found[module.name] = Definition(
                op_module.OP, tuple(op_module.KERNELS), folder / module.name
            )
    return found


def definition(name: str) -> Definition:
    if name not in definitions():
        raise TcmError(
            f"there is no operator '{name}'",
            expected=", ".join(definitions()),
            got=name,
        )
    return definitions()[name]


def operator(name: str, **fields: Any) -> Any:
    """The operator of this name with these fields; raises TcmError if one does not fit."""
    return definition(name).op(**fields)


def part(name: str, module: str) -> ModuleType | None:
    """``ops/<name>/<module>.py`` (reference, frontend, cases), or None where it is absent."""
    if not (definition(name).folder / f"{module}.py").exists():
        return None
    return importlib.import_module(f"{__name__}.{name}.{module}")


def random_layers(name: str) -> tuple[Callable[[np.random.Generator, str], Case], ...]:
    """What draws random layers of the operator, from a generator and with a name; not all of them
    need have an output."""
    module = part(name, "random_layers")
    return () if module is None else module.RANDOM_LAYERS


def cases(name: str) -> list[Case]:
    module = part(name, "cases")
    return [] if module is None else list(module.CASES)
