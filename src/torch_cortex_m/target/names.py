"""Targets and parts by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from ..errors import TcmError
from .cores import CORES, HOST
from .parts import PARTS, Part
from .types import Target


def find_target(target: str | Target) -> Target:
    """The target of that name in any case, a part's core with the part's memory, or the target
    itself.

    Raises TcmError for an unknown name.
    """
    if isinstance(target, Target):
        return target
    name = _lower(target, "target", "cortex-m4, or a tcm.Target")
    if name == HOST.name:
        return HOST
    if name in CORES:
        return CORES[name]
    if name in PARTS:
        return PARTS[name].target
    raise TcmError(
        "unknown target",
        expected=f"{', '.join((*CORES, HOST.name))}, or a part: {', '.join(PARTS)}",
        got=target,
        hint=_did_you_mean(name, (*CORES, *PARTS)) or "pick one, or pass a tcm.Target",
    )


def find_part(name: str) -> Part:
    """The part of that name, in any case. Raises TcmError for an unknown name."""
    lower = _lower(name, "part", "stm32f411")
    if lower not in PARTS:
        raise TcmError(
            "unknown part",
            expected=", ".join(PARTS),
            got=name,
            hint=_did_you_mean(lower, PARTS) or "pick one",
        )
    return PARTS[lower]


def _lower(name: Any, kind: str, example: str) -> str:
    if not isinstance(name, str):
        raise TcmError(
            f"a {kind} has a name",
            where=kind,
            expected=f"a name, such as {example}",
            got=repr(name),
            hint="give it as text",
        )
    return name.lower()


def _did_you_mean(wanted: str, names: Iterable[str]) -> str:
    """Names the one or two that are most like ``wanted``, which is in lower case; empty where more
    are equally like it."""
    names = list(names)
    longer = [name for name in names if name.startswith(wanted) or name.endswith(f"-{wanted}")]
    likeness = {name: difflib.SequenceMatcher(None, wanted, name).ratio() for name in names}
    best = max(likeness.values())
    nearest = [name for name, ratio in likeness.items() if ratio == best >= 0.5]
    near = longer or nearest
    return f"did you mean {' or '.join(near)}?" if len(near) in (1, 2) else ""
