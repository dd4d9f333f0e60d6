"""The header of a kernel that a user brings: what it must be called, and what it may have."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ..emit import defined_names, shipped_names, without_comments
from ..errors import TcmError
from ..ops.base import Header
from ..ops.discovery import headers
from ..paths import as_path, check_no_device
from ..text import unreadable

FORM = '"FILE.h:FUNCTION", such as "classifier_s8__mine.h:classifier_s8__mine"'
PAGE = "docs/custom-operators.md has an example"

_FUNCTION = re.compile(r"[A-Za-z]\w*__\w+", re.ASCII)
_FILE = re.compile(r"[A-Za-z][\w-]*__[\w-]+\.h", re.ASCII)
_KERNEL = re.compile(r"\bTCM_KERNEL\s+\w+\s+(\w+)\s*\(")
_INCLUDED = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]*)"', re.MULTILINE)


def read_header(given: Any, where: str) -> tuple[Header, str]:
    """The header and the name of the function that ``given`` says as ``FORM``; ``where``: what it
    is given for.

    Raises TcmError if it is not understood, or the header is not there or does not fit.
    """
    file, colon, function = given.rpartition(":") if isinstance(given, str) else ("", "", "")
    if not colon or not file or not function:
        raise TcmError(
            "a kernel is not understood",
            where=where,
            expected=FORM,
            got=repr(given),
            hint=PAGE,
        )
    path = as_path(file, where, "a C header")
    header = Header(path.name, _text(path, where))
    check_header(header, function, where)
    return header, function


def _text(path: Path, where: str) -> str:
    try:
        check_no_device(path)
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TcmError(
            "the header of a kernel cannot be read",
            where=where,
            expected=f"a C header, {path}",
            got=unreadable(error),
            hint="give its path, from the current folder or from the root",
        ) from None


def check_header(header: Header, function: str, where: str) -> None:
    """Raises TcmError unless it can lie beside the headers and the C of any model, and has the
    function once."""
    _check_name(_FILE, header.name, f"{header.name.removesuffix('.h')}__mine.h", where)
    _check_name(_FUNCTION, function, f"{function}__mine", where)
    text = without_comments(header.text)
    _check_defined(text, header.name, function, where)
    _check_free(header, where)
    for name in _INCLUDED.findall(text):
        if name not in headers():
            raise TcmError(
                f"a kernel includes {name}, which the output has not",
                where=f"{where}, {header.name}",
                expected="tcm.h and other headers of torch-cortex-m, or of the compiler in <>",
                got=f'#include "{name}"',
                hint="put what it has into the header of the kernel",
            )


def _check_name(pattern: re.Pattern[str], name: str, example: str, where: str) -> None:
    if pattern.fullmatch(name) is None:
        raise TcmError(
            "the name of a kernel or of its header does not fit",
            where=where,
            expected=f"letters, digits and two underscores side by side, such as {example}: no "
            "name of a model is like that",
            got=name,
            hint="rename it",
        )


def _check_defined(text: str, file: str, function: str, where: str) -> None:
    found = _KERNEL.findall(text)
    if found.count(function) == 1:
        return
    near = get_close_matches(function, found, n=1)
    others = ", ".join(dict.fromkeys(found)) or "no TCM_KERNEL"
    several = found.count(function) > 1
    raise TcmError(
        f"{file} has {'more than one' if several else 'no'} kernel {function}",
        where=where,
        expected=f"TCM_KERNEL void {function}(...), once",
        got=f"{found.count(function)} of that name" if several else others,
        hint="put #if inside of the function, not around it"
        if several
        else f"did you mean {near[0]}?"
        if near
        else PAGE,
    )


def _check_free(header: Header, where: str) -> None:
    """That nothing in it is called as something of ours, or as a header of ours."""
    taken = sorted({*defined_names(header.text)} & shipped_names())
    if header.name in headers():
        taken = [header.name]
    if taken:
        raise TcmError(
            "a kernel's header has names that are taken",
            where=f"{where}, {header.name}",
            expected="names of its own",
            got=", ".join(taken[:4]),
            hint="rename them: headers of torch-cortex-m have these",
        )
