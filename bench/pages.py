"""Figures in documentation pages that are written anew from measurements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path


def replace_parts(page: Path, parts: Mapping[str, str]) -> None:
    """Puts each text between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.

    Raises KeyError, and writes nothing, if the page has no place for a part.
    """
    text = page.read_text()
    for name, part in parts.items():
        place = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        if not place.search(text):
            raise KeyError(f"{page} has no place for {name}")
        text = place.sub(lambda found, part=part: f"{found[1]}{part}{found[2]}", text)
    page.write_text(text)
