"""tcm ops."""

from __future__ import annotations

from rich.table import Table

from ..ops import definitions
from ..tools import require_torch
from .operator_table import PYTORCH, TFLITE, markdown, rows
from .terminal import terminal

WIDE = 200
"""Columns of a table that no terminal shows: there names stay in one piece."""


def list_operators(*, schema: bool, as_markdown: bool) -> None:
    """Prints every operator's schema, or a table of operators and what they stand for, which takes
    PyTorch: raises TcmError where that is missing."""
    if schema:
        for definition in definitions().values():
            print(f"tcm::{definition.op.schema()}")
        return
    require_torch("the names that PyTorch has for operators")
    if as_markdown:
        print(markdown(), end="")
    else:
        console = terminal()
        if not console.is_terminal:
            console.width = WIDE
        console.print(_table())


def _table() -> Table:
    table = Table(show_lines=True)
    table.add_column("operator", no_wrap=True)
    for title in (PYTORCH, TFLITE, "kernels"):
        table.add_column(title, overflow="fold")
    for row in rows():
        kernels = [kernel for names in row.kernels.values() for kernel in names]
        table.add_row(row.name, ", ".join(row.pytorch), ", ".join(row.tflite), "\n".join(kernels))
    return table
