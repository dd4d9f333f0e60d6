"""The name of a model, which begins the names of its files, functions and build targets."""

from __future__ import annotations

import re

from ..errors import TcmError
from .names import OWN_FUNCTIONS, means_something_in_c
from .shipped import shipped_names

LONGEST = 64
"""Characters: compilers may ignore more of a name, and systems refuse longer names of files."""

_OWN_FILES = ("weights", "tcm", "query")
_STANDARD_HEADERS = (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn "
    "string strings tgmath threads time uchar wchar wctype arm_acle arm_mve"
)
_C_FUNCTIONS = (
    "abort abs atexit atof atoi atol bsearch calloc div exit free getenv labs malloc qsort "
    "rand realloc srand strtod strtof strtol strtoul system memchr memcmp memcpy memmove "
    "memset strcat strchr strcmp strcpy strerror strlen strncat strncmp strncpy strrchr strstr "
    "strtok fclose fflush fgets fopen fprintf fputc fputs fread fscanf fwrite getchar gets "
    "perror printf putc putchar puts scanf snprintf sprintf sscanf vprintf vsnprintf vsprintf"
)
_LIBRARIES = "c c_nano dl g g_nano gcc gloss m nosys pthread rdimon rt"
"""What linkers find as -lNAME beside a firmware: libNAME.a would take its place."""

_CMAKE_TARGETS = "all all_build clean edit_cache help install package rebuild_cache test zero_check"


def check_prefix(name: str) -> None:
    """Raises TcmError unless ``name`` can begin the names of C files and functions, and be the name
    of a library.

    Where file names ignore capitals, Tcm.h and tcm.h are the same file.
    """
    expected = _expected_instead(name)
    if expected is not None:
        raise TcmError(
            "the name cannot be the prefix of C files and functions",
            expected=expected,
            got=name,
            hint=f"choose another one (--name, name=), such as {_proposed(name)}",
        )


def _expected_instead(name: str) -> str | None:
    """What a name that cannot be is not; None for one that can be."""
    if not isinstance(name, str) or re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is None:
        return "a letter, then letters, digits and underscores"
    if len(name) > LONGEST:
        return f"at most {LONGEST} characters"
    if name.lower().startswith(("tcm_", "arm_nn")) or "__" in name:
        expected = "no name that begins with tcm_ or arm_nn, or has two underscores side by side: "
        return expected + "the kernels are called so"
    if any(f"{name}_{own}" in shipped_names() for own in OWN_FUNCTIONS):
        return "no name whose functions kernels have already"
    return _meaning_elsewhere(name)


def _meaning_elsewhere(name: str) -> str | None:
    """What a name is to a compiler, a linker or CMake; None for one that is nothing to them."""
    small = name.lower()
    if small in _STANDARD_HEADERS.split():
        return "no name of a header of the compiler"
    if small in _OWN_FILES:
        return f"none of {', '.join(_OWN_FILES)}: files of that name are emitted"
    if small == "main":
        return "not main: the firmware's own file and function are called so"
    if small == "arduino":
        return "not Arduino: sketches include Arduino.h of their board"
    if means_something_in_c(name):
        return "no word or macro of C or C++"
    if name in _C_FUNCTIONS.split():
        return "no function of the C library"
    if small in _LIBRARIES.split():
        return f"no name of a library that firmware links (lib{small}.a)"
    if small in _CMAKE_TARGETS.split():
        return "no target that CMake makes itself: CMakeLists.txt has one of that name"
    return None


def _proposed(name: object) -> str:
    """A name that can be, and is like this one as far as possible."""
    text = re.sub(r"[^A-Za-z0-9]+", "_", str(name)).strip("_")[: LONGEST // 2].rstrip("_")
    tried = (text, f"{text}_model", f"model_{text}" if text else "model")
    return next((each for each in tried if _expected_instead(each) is None), "model")
