"""One clear error instead of many, where the C is compiled for another machine."""

from __future__ import annotations

from dataclasses import dataclass

GUARD_END = "#endif\n"


@dataclass(frozen=True)
class Guard:
    """macros: what the compiler must define (not as 0). advice: what to say where it does not."""

    macros: tuple[str, ...]
    advice: str

    def opening(self) -> str:
        """Stands before the kernels' headers; what follows, up to GUARD_END, is left out where a
        macro is missing."""
        missing = " || ".join(f"!defined({name}) || {name} == 0" for name in self.macros)
        return f'#if {missing}\n#error "{self.advice}"\n#else\n'
