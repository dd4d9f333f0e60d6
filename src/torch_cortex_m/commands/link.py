"""tcm link."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..ship import link_models, write_linked
from ..staging import LINK_MANIFEST, check_replaceable
from .written import load_as_written


def link_folders(folders: Sequence[Path], out: Path, name: str) -> None:
    """Puts compiled folders together and prints what that saves; raises TcmError."""
    check_replaceable(out, LINK_MANIFEST)
    models = {str(folder): load_as_written(folder).generated for folder in folders}
    linked = link_models(models, name)
    generated = list(models.values())
    information = {"version": __version__, "name": name, "linked": list(models)}
    write_linked(linked, generated, out, information)
    arenas = sum(each.plan.arena_bytes for each in generated)
    constants = sum(each.program.constant_bytes for each in generated)
    names = ", ".join(each.program.prefix for each in generated)
    print(
        f"{out}: {names} for {generated[0].target.name}, "
        f"arena {linked.arena_bytes} bytes instead of {arenas}, "
        f"constants {linked.constant_bytes} bytes instead of {constants}"
    )
    layers = sum(len(each.program.layers) for each in generated)
    shared = linked.shared_functions
    several = f"{shared} of them called by several models" if shared else "none in common"
    print(f"{linked.functions} functions for {layers} layers, {several}")
