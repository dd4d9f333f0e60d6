"""What layers need and several may share: constants, and the functions that compute them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Function:
    """C without linkage: ``head`` is also the declaration. header: that of its kernel;
    section: of the linker, empty where the compiler chooses; users: the models that call it."""

    name: str
    head: str
    body: str
    header: str
    section: str = ""
    users: set[str] = field(default_factory=set[str])

    @property
    def is_shared(self) -> bool:
        return len(self.users) > 1


@dataclass
class Pool:
    """arrays: constants by their names in C; array_names: those names by the data and its section.
    array_sections: by the names of those that have one. functions: by their kernels, arguments and
    sections. Their sections' macro begins with ``owner``."""

    owner: str

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    array_names: dict[Hashable, str] = field(default_factory=dict)
    array_sections: dict[str, str] = field(default_factory=dict[str, str])
    functions: dict[Hashable, Function] = field(default_factory=dict)

    def shared_functions(self) -> list[Function]:
        return [function for function in self.functions.values() if function.is_shared]

    def section_names(self) -> set[str]:
        """Those that something lies in."""
        functions = {function.section for function in self.functions.values()} - {""}
        return functions | {*self.array_sections.values()}

    @property
    def constant_bytes(self) -> int:
        return sum(data.nbytes for data in self.arrays.values())


@dataclass(frozen=True)
class Shared:
    """What a model has together with others in its folder; ``name`` begins that of its files."""

    name: str
    arena_bytes: int
    pool: Pool

    @property
    def arena(self) -> str:
        return f"{self.name}_arena"
