"""Graph -> Graph: every pass gives a graph with the same outputs, bit for bit.

A pass is a file with one function of the same name, which is also the name of its dump.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import TcmError
from ..ir import Graph, format_graph, verify
from ..stages import stage
from .choose_layouts import choose_layouts
from .compose_tables import compose_tables
from .fold_constant_channels import fold_constant_channels
from .fold_pad import fold_pad
from .fold_transpose_into_linear import fold_transpose_into_linear
from .fuse_activation import fuse_activation
from .hoist_requantize import hoist_requantize
from .merge_movement import merge_movement
from .remove_duplicates import remove_duplicates
from .remove_unread_channels import remove_unread_channels
from .simplify import simplify
from .sink_pads import sink_pads
from .stream_window import stream_window
from .strip_float_edges import strip_float_edges
from .trim_windows import trim_windows

Pass = Callable[[Graph], Graph]
Observer = Callable[[Pass, Graph, Graph], None]
"""Told of a pass with the graph before and after it."""

PASSES: tuple[Pass, ...] = (
    strip_float_edges,
    remove_duplicates,
    simplify,
    hoist_requantize,
    fuse_activation,
    compose_tables,
    sink_pads,
    fold_transpose_into_linear,
    merge_movement,
    choose_layouts,
    fold_pad,
    trim_windows,
    fold_constant_channels,
    remove_unread_channels,
)

__all__ = ["PASSES", "Pass", "run_passes", "stream_window"]


@stage("passes")
def run_passes(
    graph: Graph,
    *,
    float_io: bool = False,
    dump: Path | None = None,
    observe: Observer = lambda each, before, after: None,
) -> Graph:
    """Runs PASSES in order and verifies the graph before the first and after each.

    float_io: inputs and outputs stay float32, and the graph quantizes and dequantizes them.
    dump: a folder for the graph's text before (``00_imported.txt``) and after every pass
        (``01_<pass>.txt``, ...); it is made if it does not exist.
    observe: called after every pass.

    Raises TcmError if the folder cannot be written.
    """
    passes = [each for each in PASSES if not (float_io and each is strip_float_edges)]
    verify(graph)
    _dump(graph, dump, 0, "imported")
    for index, each in enumerate(passes, start=1):
        with stage(each.__name__.replace("_", " ")):
            before, graph = graph, each(graph)
            verify(graph)
            observe(each, before, graph)
        _dump(graph, dump, index, each.__name__)
    return graph


def _dump(graph: Graph, folder: Path | None, index: int, name: str) -> None:
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{index:02}_{name}.txt").write_text(format_graph(graph), encoding="utf-8")
    except OSError as error:
        raise TcmError(
            "cannot write the graph's text",
            where=str(folder),
            got=error.strerror or str(error),
            hint="choose a folder that you may write to (--dump-ir)",
        ) from None
