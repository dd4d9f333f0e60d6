"""C identifiers from the user's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import TcmError

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
_LIMITS = r"U?INT\w*_(MIN|MAX|C)|SIZE_MAX|PTRDIFF_(MIN|MAX)"
_NOT_IDENTIFIERS = frozenset(f"{_C_WORDS} {_CPP_WORDS}".split())

_OWN_FILES = ("weights", "tcm", "query")
_STANDARD_HEADERS = (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn "
    "string strings tgmath threads time uchar wchar wctype arm_acle arm_mve"
)


def check_prefix(name: str) -> None:
    """Raises TcmError unless ``name`` can begin the names of C files and functions.

    Where file names ignore capitals, Tcm.h and tcm.h are the same file.
    """
    expected = None
    if not isinstance(name, str) or re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is None:
        expected = "a letter, then letters, digits and underscores"
    elif name.lower() in _STANDARD_HEADERS.split():
        expected = "no name of a header of the compiler"
    elif name.lower() in _OWN_FILES:
        expected = f"none of {', '.join(_OWN_FILES)}: files of that name are emitted"
    elif name.lower().startswith(("tcm_", "arm_nn")) or "__" in name:
        expected = "no name that begins with tcm_ or arm_nn, or has two underscores side by side: "
        expected += "the kernels are called so"
    if expected is not None:
        raise TcmError(
            "the name cannot be the prefix of C files and functions", expected=expected, got=name
        )


def identifier(name: str) -> str:
    """``name`` with every run of characters that C does not allow replaced by an underscore.

    What means something else in C, C++ or <stdint.h> gets an underscore at its end.
    """
    text = re.sub(r"[^0-9A-Za-z_]+", "_", name).strip("_") or "value"
    if text in _NOT_IDENTIFIERS or re.fullmatch(f"{_TYPES}|{_LIMITS}", text):
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
