"""Where the user wants layers, the arena and the states to lie, as text, and what that means for a
graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import TcmError
from ..ir import Graph
from ..ir.artifacts import Sections
from .layer_names import WHERE_NAMES_ARE, matching

MEMORY = ("arena", "state")
KINDS = ("code", "weights")
"""What of a layer is placed; both where a rule does not say."""

_SECTION = re.compile(r"[A-Za-z_.][A-Za-z0-9_.$]{0,63}")
_EXAMPLES = 'such as "features.0.*=.itcm", "weights:classifier=.extflash" or "arena=.dtcm"'


@dataclass(frozen=True)
class SectionRule:
    """kinds: of KINDS, none for the memory that ``pattern`` names."""

    kinds: tuple[str, ...]
    pattern: str
    section: str


def checked_place(place: str | Sequence[str]) -> tuple[str, ...]:
    """The rules that ``place`` has. Raises TcmError for one that is not understood."""
    rules = (place,) if isinstance(place, str) or not isinstance(place, Iterable) else tuple(place)
    for rule in rules:
        _read_rule(rule)
    return rules


def sections_of(graph: Graph, place: Iterable[str], *, prefetch: bool = False) -> Sections:
    """What the rules mean for the layers of a graph; the last one that matches counts.

    Raises TcmError for a rule that matches no layer, or places states that there are not.
    """
    layers = [node.name for node in graph.computing_nodes()]
    layer_sections: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    memory: dict[str, str] = {}
    for text in place:
        rule = _read_rule(text)
        if not rule.kinds:
            memory[rule.pattern] = rule.section
            continue
        hint = f"{WHERE_NAMES_ARE}; code: and weights: stand before one"
        matched = matching(layers, rule.pattern, where=f"place {text}", hint=hint)
        for kind in rule.kinds:
            layer_sections[kind] |= dict.fromkeys(matched, rule.section)
    if "state" in memory and not graph.states:
        raise TcmError(
            "the model keeps no state that could be placed",
            where=f"place state={memory['state']}",
            expected="a model with states",
            hint="leave it out",
        )
    return Sections(
        layer_sections["code"],
        layer_sections["weights"],
        memory.get("arena", ""),
        memory.get("state", ""),
        prefetch,
    )


def _read_rule(text: Any) -> SectionRule:
    what, equals, section = str(text).rpartition("=")
    if not isinstance(text, str) or not equals or not what:
        raise TcmError(
            "a place is not understood",
            where="place",
            expected=f"[code:|weights:]LAYERS=SECTION, {_EXAMPLES}",
            got=repr(text),
            hint="write it so; docs/placement.md has more examples",
        )
    if _SECTION.fullmatch(section) is None:
        raise TcmError(
            "that cannot be the name of a section",
            where=f"place {text}",
            expected="at most 64 letters, digits, dots, underscores and $, the first no digit or $",
            got=repr(section),
            hint="give the section another name, in the linker script, too",
        )
    if what in MEMORY:
        return SectionRule((), what, section)
    kind, colon, pattern = what.partition(":")
    if colon and kind in KINDS:
        return SectionRule((kind,), pattern, section)
    return SectionRule(KINDS, what, section)
