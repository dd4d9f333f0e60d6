"""A kind of project is a folder of templates, whose paths are those of the files that it makes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..emit import Linked
from ..errors import TcmError
from ..generate import Generated, link
from ..ir.artifacts import Program
from ..staging import replace_folder
from .interface import interface_of
from .serial import BoardModel, board_model

TEMPLATES = Path(__file__).parent / "templates"
END = ".j2"
NAME = "PREFIX"
"""In the path of a template: the model's own name."""

MANIFEST = "tcm-project.json"
"""By which a folder is known as a project that may be written again."""

SERIAL = "serial"
"""The kind without a build system: a firmware that answers a PC."""

SOURCES = {
    "arduino": "src",
    "cmsis-pack": "src",
    "cubeide": "",
    "make": "",
    "platformio": "src",
    "rust": "c",
    SERIAL: "",
    "zephyr": "src",
}
"""Kind -> where the C lies in it."""

KINDS = tuple(SOURCES)

_NUMBER = "(?:0|[1-9][0-9]*)"
_PART = f"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_PART}(\.{_PART})*)?")
"""As of semver.org, without what it calls build metadata, which not all package managers take."""


def check_kind(kind: str) -> None:
    """Raises TcmError for an unknown kind of project."""
    if kind not in SOURCES:
        raise TcmError(
            "unknown kind of project",
            expected=", ".join(KINDS),
            got=kind,
            hint="docs/projects.md says what each is for",
        )


def check_version(version: str, kind: str) -> None:
    """Raises TcmError for what is no version of a project, or a kind of project without one."""
    if _VERSION.fullmatch(version) is None:
        raise TcmError(
            "the version of a project is three numbers",
            expected="three numbers, and perhaps what comes before that release: 1.2.3, 2.0.0-rc.1",
            got=version,
            hint="give three numbers without zeros in front, and no +build: 1.2.0 for 1.2 or v1.02",
        )
    with_version = [each for each in KINDS if _has_version(each)]
    if kind not in with_version:
        raise TcmError(
            "a project of this kind has no version",
            expected=f"--version with {', '.join(with_version)} only",
            got=kind,
            hint="leave out --version",
        )


def _has_version(kind: str) -> bool:
    """Whether one of its templates writes it."""
    names = (TEMPLATES / template for template, _ in _templates(kind))
    return any("{{ version }}" in name.read_text(encoding="utf-8") for name in names)


def project_files(generated: Generated, kind: str, version: str) -> dict[str, str]:
    """Path -> text of all files of a project: the emitted C, a C++ class beside it, and what the
    build system wants. version: of the project.

    Raises TcmError for an unknown kind, or a model whose input comes in rows, which only "serial"
    takes, without a class.
    """
    check_kind(kind)
    models = [board_model(generated)]
    if kind == SERIAL and models[0].rows:
        return firmware_files(generated.program, models)
    interface = interface_of(generated)
    folder = Path(SOURCES[kind])
    code = _code(generated.program)
    values = {"model": interface, "models": models, "version": version}
    code[f"{interface.prefix}.hpp"] = _environment().get_template("model.hpp.j2").render(values)
    files = {(folder / name).as_posix(): text for name, text in code.items()}
    for path, text in _rendered(kind, values):
        files[path.replace(NAME, interface.prefix)] = text
    return files


def firmware_files(code: Program | Linked, models: Sequence[BoardModel]) -> dict[str, str]:
    """Path -> text of a firmware that answers a PC, which asks for one of the models."""
    return {**_code(code), **dict(_rendered(SERIAL, {"models": models}))}


def tuning_files(models: Sequence[Generated]) -> dict[str, str]:
    """``firmware_files`` of models that are there to be measured."""
    return firmware_files(link(models, "tuning"), list(map(board_model, models)))


def _code(emitted: Program | Linked) -> dict[str, str]:
    return {name: text for name, text in emitted.files.items() if name.endswith((".c", ".h"))}


def _rendered(kind: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, text) of each file that a kind's templates make."""
    for template, path in _templates(kind):
        yield path, _environment().get_template(template).render(values)


def _templates(kind: str) -> Iterator[tuple[str, str]]:
    """(name of a template, path of what it becomes)."""
    for path in sorted((TEMPLATES / kind).rglob(f"*{END}")):
        name = path.relative_to(TEMPLATES / kind).as_posix()
        yield f"{kind}/{name}", name.removesuffix(END)


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )


def write_project(files: Mapping[str, str], folder: Path) -> Path:
    """Writes the files and ``tcm-project.json``, which lists them. The folder may exist if it is
    empty or was written so.

    Raises TcmError if it cannot be written; nothing half-written stays behind.
    """
    manifest = json.dumps({"written_by": "tcm project", "files": sorted(files)}, indent=1) + "\n"

    def write(work: Path) -> None:
        for name, text in {**files, MANIFEST: manifest}.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    replace_folder(folder, MANIFEST, write)
    return folder
