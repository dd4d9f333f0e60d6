"""The terminal that tables and progress bars are drawn on."""

from __future__ import annotations

from rich.console import Console


def terminal(*, stderr: bool = False) -> Console:
    """Shows text as it is: a layer may be called "[red]" or ":smile:"."""
    return Console(stderr=stderr, markup=False, emoji=False)
