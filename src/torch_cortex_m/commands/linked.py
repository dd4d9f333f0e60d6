"""Folders of several models, which ``tcm link`` wrote."""

from __future__ import annotations

import json
from pathlib import Path

from ..emit import Linked
from ..errors import TcmError
from ..model.compiled import CompiledModel
from ..model.load import load
from ..ship import link_models
from ..staging import LINK_MANIFEST
from ..text import unreadable
from .written import check_files

LINK_AGAIN = "run tcm link again, in the folder where it was run before"


def load_linked(folder: Path) -> tuple[Linked, list[CompiledModel]]:
    """The folder's C, emitted anew from the folders that were linked, and their models.

    Raises TcmError if these are not there any more, or give other C than the folder has.
    """
    try:
        data = json.loads((folder / LINK_MANIFEST).read_text(encoding="utf-8"))
        name, places = str(data["name"]), [Path(str(place)) for place in data["linked"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TcmError(
            "not a folder that tcm link wrote",
            where=str(folder / LINK_MANIFEST),
            expected="the name of what is shared, and the folders that were linked",
            got=unreadable(error),
            hint=LINK_AGAIN,
        ) from None
    models = {str(place): load(place) for place in places}
    linked = link_models({place: model.generated for place, model in models.items()}, name)
    edited = "an edited file, or that of models before they were compiled or tuned anew"
    check_files(folder, linked.files, edited, LINK_AGAIN)
    return linked, list(models.values())
