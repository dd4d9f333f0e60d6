"""The files that a report is written to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import TcmError
from ..report import page
from ..staging import write_file


def write_report(path: Path, document: Callable[[], dict[str, Any]]) -> Path:
    """Raises TcmError, before the document is asked for, if the name fits no form."""
    text = check_form(path)(document())
    try:
        write_file(path, text.encode())
    except OSError as error:
        raise TcmError(
            "cannot write the report",
            where=str(path),
            got=error.strerror or str(error),
            hint="choose a file that you may write to, in a folder that you may write to",
        ) from None
    return path


def check_form(path: Path) -> Callable[[dict[str, Any]], str]:
    """How a file of this name is written. Raises TcmError if it ends in no known way."""
    forms: dict[str, Callable[[dict[str, Any]], str]] = {".html": page, ".json": _json}
    if path.suffix not in forms:
        raise TcmError(
            "a report is a page or data",
            where=str(path),
            expected=" or ".join(forms),
            got=path.name,
            hint="let the name end in .html for a page, or in .json for data",
        )
    return forms[path.suffix]


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1) + "\n"
