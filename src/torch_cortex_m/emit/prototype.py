"""A kernel's parameters, read from its header: the C is the one place where they are declared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .shipped import without_comments


@dataclass(frozen=True)
class Parameter:
    name: str
    c_type: str

    @property
    def is_pointer(self) -> bool:
        return self.c_type.endswith("*")


@dataclass(frozen=True)
class Prototype:
    name: str
    returns: str
    parameters: tuple[Parameter, ...]


@cache
def read_prototype(header: Path, function: str) -> Prototype:
    """The prototype of ``TCM_KERNEL <type> function(...)`` in the header.

    Raises LookupError if the header does not define it: a defect of the operator's folder.
    """
    return prototype_in(header.read_text(), header.name, function)


@cache
def prototype_in(text: str, header: str, function: str) -> Prototype:
    """The same of a header's text. Raises LookupError also for a parameter that is not read."""
    text = without_comments(text)
    match = re.search(rf"TCM_KERNEL\s+(\w+)\s+{re.escape(function)}\s*\(([^)]*)\)", text)
    if match is None:
        raise LookupError(f"{header} does not define TCM_KERNEL {function}(...)")
    parameters = []
    for text in _without_macros(match.group(2)).split(","):
        parameter = re.fullmatch(r"(.*?)(\*?)\s*(\w+)", " ".join(text.split()))
        if parameter is None:
            raise LookupError(f"{text.strip()!r} is no parameter with a name")
        c_type, star, name = parameter.groups()
        parameters.append(Parameter(name, (c_type.strip() + " " + star).strip()))
    return Prototype(function, match.group(1), tuple(parameters))


SHARED = Path(__file__).parents[1] / "csrc"


def _without_macros(parameters: str) -> str:
    """With the parameters that a macro of a shared header stands for."""
    return re.sub(r"\bTCM_[A-Z_]+\b", lambda match: _shared_macros()[match.group()], parameters)


@cache
def _shared_macros() -> dict[str, str]:
    """The macros that stand for parameters of kernels, without line breaks."""
    found: dict[str, str] = {}
    for header in sorted(SHARED.glob("*/*.h")):
        text = header.read_text().replace("\\\n", "")
        found |= dict(re.findall(r"#define (TCM_\w+_PARAMETERS)\s+(.*)", text))
    return found
