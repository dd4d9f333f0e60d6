"""tcm ops."""

from __future__ import annotations

from rich.table import Table

from ..ops import definitions
from .terminal import terminal


def list_operators(schema: bool) -> None:
    """Prints every operator's schema, or a table of operators and kernels."""
    if schema:
        for definition in definitions().values():
            print(f"tcm::{definition.op.schema()}")
        return
    table = Table("operator", "what it computes", "kernels")
    for name, definition in definitions().items():
        summary = (definition.op.__doc__ or "").strip().splitlines()[0]
        table.add_row(name, summary, "\n".join(dict.fromkeys(k.name for k in definition.kernels)))
    terminal().print(table)
