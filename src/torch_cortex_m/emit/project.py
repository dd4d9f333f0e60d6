"""CMakeLists.txt of the emitted folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def cmake_lists(prefix: str, sources: Sequence[str], libraries: Sequence[str]) -> str:
    """prefix: the name of the CMake library."""
    return _template().render(
        prefix=prefix, sources=" ".join(sources), cmsis_nn="cmsis-nn" in libraries
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,
    )
    return environment.get_template("CMakeLists.txt.j2")
