"""Targets and parts by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ..errors import TcmError
from .cores import CORES, HOST
from .parts import PARTS, Part
from .types import Target


def find_target(target: str | Target) -> Target:
    """The target of that name, a part's core with the part's memory, or the target itself.

    Raises TcmError for an unknown name.
    """
    if isinstance(target, Target):
        return target
    if target == HOST.name:
        return HOST
    if target in CORES:
        return CORES[target]
    if target in PARTS:
        return PARTS[target].target
    raise TcmError(
        "unknown target",
        expected=f"{', '.join((*CORES, HOST.name))}, or a part: {', '.join(PARTS)}",
        got=target,
        hint=_did_you_mean(target, (*CORES, *PARTS)) or "pick one, or pass a tcm.Target",
    )


def find_part(name: str) -> Part:
    """Raises TcmError for an unknown name."""
    if name not in PARTS:
        raise TcmError(
            "unknown part",
            expected=", ".join(PARTS),
            got=name,
            hint=_did_you_mean(name, PARTS) or "pick one",
        )
    return PARTS[name]


def _did_you_mean(wanted: str, names: Iterable[str]) -> str:
    """Names the one or two that are most like ``wanted``; empty where more are equally like it."""
    names, wanted = list(names), wanted.lower()
    longer = [name for name in names if name.startswith(wanted) or name.endswith(f"-{wanted}")]
    likeness = {name: difflib.SequenceMatcher(None, wanted, name).ratio() for name in names}
    best = max(likeness.values())
    nearest = [name for name, ratio in likeness.items() if ratio == best >= 0.5]
    near = longer or nearest
    return f"did you mean {' or '.join(near)}?" if len(near) in (1, 2) else ""
