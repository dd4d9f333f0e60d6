"""Numbers of bytes on the command line."""

from __future__ import annotations

import re

_UNITS = {"": 1, "K": 1024, "M": 1024 * 1024}
_SIZE = re.compile(r"([0-9]+)(?:([KM])(?:I?B)?|B)?", re.IGNORECASE)


def bytes_of(text: str) -> int:
    """The bytes that "65536", "64K" or "64KB" (64 * 1024) or "1M" mean, in large or small letters.

    Raises ValueError, which says what is meant, for anything else.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no number of bytes, such as 65536, 64K or 1M")
    return int(match[1]) * _UNITS[(match[2] or "").upper()]
