"""Mistakes in the files of the package."""

from __future__ import annotations

from dataclasses import dataclass

from .mutations import Mutation, mutations
from .trial import PACKAGE

MODULES = ("ops/integers/requantization.py", "ops/requantize", "passes", "plan", "schedule",
           "select")  # fmt: skip
DATA_OF_TESTS = {"cases.py", "random_layers.py"}


@dataclass(frozen=True)
class Mutant:
    """path: in the package."""

    path: str
    mutation: Mutation

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.mutation.old, self.mutation.new))
        return f"{self.path}:{self.mutation.line}:{self._column}: {old}  ->  {new}"

    @property
    def source(self) -> str:
        return (PACKAGE / self.path).read_text()

    @property
    def lines(self) -> list[str]:
        """From the beginning of the statement on."""
        return self.source.splitlines()[self.mutation.first_line - 1 : self.mutation.line]

    @property
    def _column(self) -> int:
        return self.mutation.start - self.source.rfind("\n", 0, self.mutation.start)


def mutants(module: str) -> list[Mutant]:
    """All of a file or folder of the package, or of one line: ``passes/rewrite.py:30``."""
    name, _, line = module.partition(":")
    path = PACKAGE / name
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    found = [
        Mutant(str(file.relative_to(PACKAGE)), mutation)
        for file in files
        if file.name not in DATA_OF_TESTS
        for mutation in mutations(file.read_text())
    ]
    return [each for each in found if not line or each.mutation.line == int(line)]
