"""The operators: one folder each, found by looking; there is no list to edit.

``discovery`` says where they come from, ``base`` what each declares.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import TcmError
from ..text import one_line
from .base import Case, Definition
from .discovery import definitions, packages

__all__ = [
    "UnknownOperatorError",
    "cases",
    "definition",
    "definitions",
    "operator",
    "part",
    "random_layers",
]


class UnknownOperatorError(TcmError):
    """No operator has this name, here: another distribution or folder may bring it."""


def definition(name: str) -> Definition:
    if name not in definitions():
        raise UnknownOperatorError(
            f"there is no operator '{one_line(name)}'",
            expected=", ".join(definitions()),
            got=one_line(name),
            hint="`tcm ops` lists them, with those of other distributions that are installed here "
            "and of the folders in TCM_OPERATORS",
        )
    return definitions()[name]


def operator(name: str, **fields: Any) -> Any:
    """The operator of this name with these fields; raises TcmError if one does not fit."""
    return definition(name).op(**fields)


def part(name: str, module: str) -> ModuleType | None:
    """``ops/<name>/<module>.py`` (reference, frontend, cases), or None where it is absent."""
    found = definition(name)
    if not (found.folder / f"{module}.py").exists():
        return None
    return packages()[found.package].load(name, module)


def random_layers(name: str) -> tuple[Callable[[np.random.Generator, str], Case], ...]:
    """What draws random layers of the operator, from a generator and with a name; not all of them
    need have an output."""
    module = part(name, "random_layers")
    return () if module is None else module.RANDOM_LAYERS


def cases(name: str) -> list[Case]:
    module = part(name, "cases")
    return [] if module is None else list(module.CASES)
