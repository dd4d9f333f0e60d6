"""What a command says of budgets that were not kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def tell(lines: Sequence[str]) -> bool:
    """Prints them as errors; True if there are none."""
    for line in lines:
        print(f"tcm: over budget: {line}", file=sys.stderr)
    return not lines
