"""The one exception a user of torch-cortex-m meets for a mistake that they can mend, and the
warning for what is allowed but likely to be a mistake."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from pathlib import Path

from .text import printable

_OURS = (str(Path(__file__).parent) + os.sep, contextlib.__file__)
"""Our files, and the one that runs what our context managers decorate."""

DEFECT = "this is a defect of torch-cortex-m: please report it with the model"
"""The hint where no mistake of the user is known that leads there."""

EXPORT_AGAIN = "export or download the model again"
"""The hint for files that no converter writes."""


class TcmWarning(UserWarning):
    """What compiles, but is likely not what the user wants."""


def warn(text: str) -> None:
    """A TcmWarning at the line of the user's code that called into this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame, level = frame.f_back, level + 1
    warnings.warn(printable(text), TcmWarning, stacklevel=level)


class TcmError(Exception):
    """A mistake in the input, said so that it can be mended.

    Args:
        what: one sentence that says what is wrong.
        where: the place in the user's own terms (module path and source line, file, argument).
        expected: what would have been accepted.
        got: what was found instead.
        hint: what to do about it.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: object = None,
        got: object = None,
        hint: str | None = None,
    ) -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.got = got
        self.hint = hint
        super().__init__(what)

    def __str__(self) -> str:
        parts = [
            ("where", self.where),
            ("expected", self.expected),
            ("got", self.got),
            ("what to do", self.hint),
        ]
        lines = [_indented(self.what)]
        lines += [f"  {label}: {_indented(value)}" for label, value in parts if value is not None]
        return "\n".join(lines)

    def at(self, where: str) -> TcmError:
        """The same error with its place filled in, if it had none yet."""
        return self._with_place(self.where or where)

    def inside(self, whole: str) -> TcmError:
        """The same error with its place as one inside of something larger, such as a file."""
        return self._with_place(f"{whole}, {self.where}" if self.where else whole)

    def _with_place(self, where: str) -> TcmError:
        return TcmError(
            self.what,
            where=where,
            expected=self.expected,
            got=self.got,
            hint=self.hint,
        )


def _indented(value: object) -> str:
    """Text for a message: printable, and what follows its first line stands further to the right
    than the message's own lines, so that a name cannot be taken for one of them."""
    first, *others = printable(str(value)).split("\n")
    return "\n".join([first, *(f"    {line.removeprefix('    ')}" for line in others)])
