"""C identifiers from the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..text import LONGEST_LINE
from .shipped import shipped_names

_C_WORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while bool true false main errno "
    "alignas alignof asm constexpr linux nullptr static_assert thread_local typeof typeof_unqual "
    "unix NULL"
)
"""Keywords up to C23, GNU C's own keywords and macros, and names of the standard library."""

_CPP_WORDS = (
    "and and_eq bitand bitor catch class co_await co_return co_yield compl concept const_cast "
    "consteval constinit decltype delete dynamic_cast explicit export friend mutable namespace new "
    "noexcept not not_eq operator or or_eq private protected public reinterpret_cast requires "
    "static_cast template this throw try typeid typename using virtual xor xor_eq"
)
"""Keywords that C++ up to C++20 has beside those of C: C++ reads the header, too."""

_TYPES = r"u?int\w*_t|s?size_t|ptrdiff_t|wchar_t|char(8|16|32)_t"
_LIMITS = (
    r"(U?INT\w*|SIZE|PTRDIFF|SIG_ATOMIC|WCHAR|WINT|[SU]?CHAR|U?SHRT|U?LL?ONG|U?LONG_LONG|MB_LEN|"
    r"NN_Q\w+)_(MIN|MAX|C|WIDTH)"
)
_MATH = (
    r"M_[A-Z0-9_]+|FP_[A-Z0-9]+|L?(FLT|DBL)_[A-Z0-9_]+|HUGE_VAL[FL]?|NAN|INFINITY|MAXFLOAT|signgam|"
    r"CHAR_BIT|DECIMAL_DIG|math_errhandling|MATH_ERR[A-Z]+|HAVE_INITFINI_ARRAY|"
    r"ARM_MATH_[A-Z0-9_]+|ACLE_[A-Z0-9_]+|USE_INTRINSIC"
)
"""Macros that CMSIS-NN's headers define and include."""

_NOT_IDENTIFIERS = frozenset(f"{_C_WORDS} {_CPP_WORDS}".split())

OWN_FUNCTIONS = (
    *("run", "run_in", "reset", "reset_in", "arena", "state"),
    *("push_rows", "push_rows_in", "restart", "rows", "at"),
)
"""What follows the prefix in the names of the functions and the memory of every model."""

OWN_MACROS = re.compile(
    r"H|WEIGHTS_H|SECTIONS_H|NO_STATIC_ARENA|(ARENA|STATE|INPUT|OUTPUT|STREAM|LAYER)_\w+"
)
"""What follows the prefix in capitals in the names of the macros of every model."""


def identifier(name: str) -> str:
    """``name`` with every run of characters that C does not allow replaced by an underscore.

    What means something else in C, in C++, or in a header that the emitted C includes gets an
    underscore at its end; what begins with a digit, or as the names of our headers, a v before it.
    """
    text = re.sub(r"[^0-9A-Za-z_]+", "_", name).strip("_")[:LONGEST_LINE] or "value"
    if not text[0].isalpha() or text.lower().startswith("tcm_"):
        return f"v{text}"
    return f"{text}_" if _is_taken(text) else text


def means_something_in_c(text: str) -> bool:
    """Whether it is a word of C or C++, or one of a header that the emitted C may include."""
    standard = text in _NOT_IDENTIFIERS or re.fullmatch(f"{_TYPES}|{_LIMITS}|{_MATH}", text)
    return bool(standard)


def _is_taken(text: str) -> bool:
    return means_something_in_c(text) or text in shipped_names()


def unique_identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Name -> identifier, different from each other (also in capitals) and from ``taken``."""
    used = {name.upper() for name in taken}
    result: dict[str, str] = {}
    for name in names:
        wanted = text = identifier(name)
        count = 1
        while text.upper() in used or _is_taken(text):
            count += 1
            text = f"{wanted}_{count}"
        used.add(text.upper())
        result[name] = text
    return result
