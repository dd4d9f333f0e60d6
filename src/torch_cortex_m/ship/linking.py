"""Several compiled models as one folder for one firmware."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..emit import Linked
from ..emit.prefix import check_prefix
from ..errors import TcmError
from ..generate import Generated, link
from ..staging import LINK_MANIFEST, replace_folder

FORMAT = 1


def link_models(models: Mapping[str, Generated], name: str) -> Linked:
    """models: by where they come from, as errors say it. name: begins the names of what they share.

    Raises TcmError for fewer than two, for other targets or for names that meet.
    """
    check_prefix(name)
    _check_number(list(models))
    _check_targets(models)
    _check_prefixes(models)
    return link(list(models.values()), name)


def write_linked(
    linked: Linked, models: Sequence[Generated], folder: Path, information: Mapping[str, Any]
) -> Path:
    """Writes the files and ``link.json``. The folder may exist if it is empty or was written so.

    Raises TcmError if it cannot be written; nothing half-written stays behind.
    """
    data = {
        "format": FORMAT,
        **information,
        "target": models[0].target.name,
        "arena_bytes": linked.arena_bytes,
        "constant_bytes": linked.constant_bytes,
        "models": [
            {
                "name": each.program.prefix,
                "arena_bytes": each.plan.arena_bytes,
                "state_bytes": each.plan.state_bytes,
                "constant_bytes": each.program.constant_bytes,
            }
            for each in models
        ],
        "files": sorted(linked.files),
    }

    def write(work: Path) -> None:
        for name, text in {
            **linked.files,
            LINK_MANIFEST: json.dumps(data, indent=1) + "\n",
        }.items():
            (work / name).write_text(text, encoding="utf-8")

    replace_folder(folder, LINK_MANIFEST, write)
    return folder


def _check_number(places: Sequence[str]) -> None:
    if len(places) < 2:
        raise TcmError(
            "there is nothing to link",
            expected="two or more folders that tcm compile wrote, each once",
            got=", ".join(places) or "none",
            hint="name the folders one after the other: tcm link kws/ vww/ -o both/",
        )


def _check_targets(models: Mapping[str, Generated]) -> None:
    first, *others = models
    target = models[first].target
    for place in others:
        other = models[place].target
        if other != target:
            same = "another description of " if other.title == target.title else ""
            raise TcmError(
                "models of one firmware need the same target",
                where=place,
                expected=f"{target.title}, as {first} has",
                got=f"{same}{other.title}",
                hint=f"compile it again with --target {target.title}",
            )


def _check_prefixes(models: Mapping[str, Generated]) -> None:
    """Also where file names ignore capitals."""
    owners: dict[str, str] = {}
    for place, model in models.items():
        prefix = model.program.prefix
        owner = owners.setdefault(prefix.lower(), place)
        if owner != place:
            raise TcmError(
                "two models have the same name",
                where=place,
                expected="a name for each, capitals aside",
                got=f"'{prefix}', as {owner} has",
                hint=f"compile one again with another --name, such as --name {prefix}_2",
            )
