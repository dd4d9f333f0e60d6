"""Layers as users name them: by name, or by a pattern of names."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from ..errors import TcmError

WHERE_NAMES_ARE = "plan.json and tcm report have the names of all"


def matches(layer: str, pattern: str) -> bool:
    return layer == pattern or fnmatchcase(layer, pattern)


def matching(layers: Sequence[str], pattern: str, *, where: str, hint: str) -> list[str]:
    """The layers that a pattern means. where: the option that it stands in; hint: what to do.

    Raises TcmError if there is none.
    """
    matched = [name for name in layers if matches(name, pattern)]
    if matched:
        return matched
    near = get_close_matches(pattern, layers, n=4, cutoff=0.4) or layers[:4]
    more = ", ..." if len(near) < len(layers) else ""
    raise TcmError(
        f"no layer is called {pattern}",
        where=where,
        expected=f"the name of a layer, or a pattern of names: {', '.join(near)}{more}",
        got=pattern,
        hint=hint,
    )
