"""C identifiers from the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while bool true false main errno"
)


def identifier(name: str) -> str:
    """``name`` with every run of characters that C does not allow replaced by an underscore."""
    text = re.sub(r"[^0-9A-Za-z_]+", "_", name).strip("_") or "value"
    if text in _KEYWORDS.split():
        return f"{text}_"
    return text if text[0].isalpha() else f"v{text}"


def unique_identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Name -> identifier, different from each other (also in capitals) and from ``taken``."""
    used = {name.upper() for name in taken}
    result: dict[str, str] = {}
    for name in names:
        wanted = text = identifier(name)
        count = 1
        while text.upper() in used:
            count += 1
            text = f"{wanted}_{count}"
        used.add(text.upper())
        result[name] = text
    return result


def comment_text(text: str) -> str:
    """Text that cannot end a C comment or continue its line."""
    for risky, harmless in (("*/", "* /"), ("/*", "/ *"), ("\n", " "), ("\r", " "), ("\\", "/")):
        text = text.replace(risky, harmless)
    return text
