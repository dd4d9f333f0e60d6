"""One clear error instead of many, where the C is compiled for another machine."""

from __future__ import annotations

from dataclasses import dataclass

from ..text import comment_text

OPTIMIZE = """\
#if defined(__GNUC__) && !defined(__clang__) && !defined(__OPTIMIZE__)
#pragma GCC optimize("O2") /* The kernels' assembly needs constants to arrive. */
#endif
"""

GUARD_END = "#endif\n"


@dataclass(frozen=True)
class Guard:
    """macros: what the compiler must define (not as 0). advice: what to say where it does not.
    clang_must_optimize: kernels have assembly that Clang without optimization cannot compile."""

    macros: tuple[str, ...]
    advice: str
    clang_must_optimize: bool = False

    def opening(self) -> str:
        """Stands before the kernels' headers; what follows, up to GUARD_END, is left out where a
        macro is missing."""
        missing = " || ".join(f"!defined({name}) || {name} == 0" for name in self.macros)
        lines = [f"#if {missing}", f'#error "{comment_text(self.advice)}"']
        if self.clang_must_optimize:
            lines += [
                "#elif defined(__clang__) && !defined(__OPTIMIZE__)",
                '#error "with Clang, this file needs -O1 or higher"',
            ]
        return "\n".join([*lines, "#else", OPTIMIZE])
