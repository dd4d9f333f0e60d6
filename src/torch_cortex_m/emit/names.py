"""C identifiers from the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import TcmError

_KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while bool true false main errno"
)


_RESERVED = ("weights", "tcm", "query")


def check_prefix(name: str) -> None:
    """Raises TcmError unless ``name`` can begin the names of C files and functions."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is None or name in _RESERVED:
        raise TcmError(
            "the name cannot be the prefix of C files and functions",
            expected="a letter, then letters, digits and underscores, "
            f"and none of {', '.join(_RESERVED)}",
            got=name,
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
