"""Text that somebody else wrote, made harmless before it is kept, printed or emitted.

The names and places of a model come from its file, and a file may come from anywhere: they must
not end a C comment, move the cursor of a terminal, forge a line of a report or turn the direction
in which it is read.
"""

from __future__ import annotations

import re
import zipfile
from json import JSONDecodeError

LONGEST_LINE = 200
"""Characters of a name or a place that are kept; more than any that a person reads."""

LONGEST_COMMENT = 2 * LONGEST_LINE
"""Characters of a comment that are kept: it has a name and a place."""

_ALLOWED_IN_COMMENTS = re.compile(r"[^A-Za-z0-9 _.,:;()\[\]<>=+/@-]")


def printable(text: str) -> str:
    r"""``text`` with everything that is neither a line's end nor a printable character written as
    Python writes it in a string (``\x1b``): control and escape characters, marks that turn the
    direction of text, surrogates, characters that no version of Unicode knows."""
    return "\n".join(map(_escaped, text.split("\n")))


def one_line(text: str) -> str:
    """``printable`` text without line ends, and no longer than LONGEST_LINE."""
    return _shortened(_escaped(text), LONGEST_LINE)


def first_line(error: BaseException) -> str:
    """The exception's type and the first line of its message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return one_line(f"{type(error).__name__}: {lines[0]}") if lines else type(error).__name__


def unreadable(error: BaseException) -> str:
    """What is wrong with a file that could not be read: where Python's error says it in words, the
    first line of these, without its type."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, OSError) and error.strerror:
        return one_line(error.strerror)
    if isinstance(error, UnicodeDecodeError):
        return "not text in UTF-8"
    if isinstance(error, JSONDecodeError):
        return f"not JSON ({one_line(str(error))})"
    if isinstance(error, KeyError):
        return one_line(f"no {error}")
    if isinstance(error, ValueError | zipfile.BadZipFile) and str(error):
        return one_line(str(error).splitlines()[0])
    return first_line(error)


def is_one_line(text: str) -> bool:
    """Whether every character is printable, and none ends the line."""
    return text.isprintable()


def comment_text(text: str) -> str:
    """Text for a C comment: letters, digits and punctuation that means nothing to C there; an
    underscore stands for every other character."""
    return _shortened(_ALLOWED_IN_COMMENTS.sub("_", text), LONGEST_COMMENT)


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
