"""The names that headers define, which no name of a model may meet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..ops.discovery import cache_until_registered, headers

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)", re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|.)*$", re.M)
_ENUMERATORS = re.compile(r"\benum\b\s*\w*\s*\{([^{}]*)\}")
_TAG = re.compile(r"\b(?:struct|union|enum)\s+(\w+)")
_INNERMOST = re.compile(r"\{[^{}]*\}|\((?!\))[^()]*\)")
_DECLARED = re.compile(r"\b(\w+)\s*(?:\(\)|\[|=|;|,)")


@cache_until_registered
def shipped_names() -> frozenset[str]:
    """Macros, functions, types, tags, enumerators and variables of all headers."""
    return frozenset(
        name
        for path in headers().values()
        for name in defined_names(path.read_text(encoding="utf-8"))
    )


def without_comments(text: str) -> str:
    return _COMMENT.sub(" ", text)


def defined_names(text: str) -> Iterator[str]:
    """What a header defines or declares at file scope."""
    text = without_comments(text).replace('extern "C" {', "")
    yield from _MACRO.findall(text)
    text = _ATTRIBUTE.sub("", _DIRECTIVE.sub("", text))
    for enumerators in _ENUMERATORS.findall(text):
        yield from re.findall(r"\b([A-Za-z_]\w*)\b", enumerators)
    yield from _TAG.findall(text)
    yield from _DECLARED.findall(_without_insides(text))


def _without_insides(text: str) -> str:
    """Declarations alone: no bodies, no parameters."""
    shorter = _INNERMOST.sub(lambda found: "()" if found.group().startswith("(") else " ", text)
    return text if shorter == text else _without_insides(shorter)
