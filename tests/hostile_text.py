"""Text that tries to be more than text, and what a C compiler would see of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

CODE = "int taken_over(void) { return 1; }"
HOSTILE = (
    f"*\\ {CODE} /*",
    f"*/ {CODE} /*",
    f"*\\\n/ {CODE} /*",
    f"*??/\n/ {CODE} /*",
    f"x\n{CODE}",
    f"x\r{CODE}",
    f"x\u2028{CODE}",
    f'x" {CODE} "',
    f"\u202e*/ {CODE} /*\u2066",
    f"\x1b[2J\x1b]0;title\x07\x9b31m {CODE}",
    f"${{CMAKE_COMMAND}} ]] ) {CODE}",
    f"[/red] [link=file:///etc/passwd] :smile: {CODE}",
    f"\udce9 {CODE}",
)
"""Of a form that names and places in a model's file may have."""

_TOKEN = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | .""", re.S | re.X
)


def code(source: str) -> list[str]:
    """The tokens of a C file after translation phases 1 to 3, which take out comments;
    ``x`` stands for every name, because a model may choose those."""
    spliced = source.replace("??/", "\\").replace("\\\n", "")
    tokens = _TOKEN.findall(spliced)
    kept = "".join(" " if token.startswith(("/*", "//")) else token for token in tokens)
    return re.findall(r"\w+|\S", re.sub(r"[A-Za-z_]\w*", "x", kept))


def assert_same_code(files: Mapping[str, str], harmless: Mapping[str, str]) -> None:
    """Both models have the same C but for their names; CMakeLists.txt has none of the model's."""
    assert set(files) == set(harmless)
    for name, text in harmless.items():
        assert files[name].isascii() or not text.isascii(), name
        assert code(files[name]) == code(text), name
    assert files["CMakeLists.txt"] == harmless["CMakeLists.txt"]
