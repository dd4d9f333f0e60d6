"""Subgraphs that run themselves: no such model ends, and nothing here could follow it."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import EXPORT_AGAIN, TcmError
from .model import FileSubgraph


def refuse_recursion(subgraphs: Sequence[FileSubgraph]) -> None:
    """Raises TcmError if a subgraph runs itself, directly or through others."""
    waiting = {
        index: {called for operator in subgraph.operators for called in operator.subgraphs}
        for index, subgraph in enumerate(subgraphs)
    }
    while waiting:
        ready = [index for index, runs in waiting.items() if waiting.keys().isdisjoint(runs)]
        if not ready:
            raise TcmError(
                "a subgraph runs itself",
                expected="CALL_ONCE, IF and WHILE that do not lead back to their own subgraph",
                got=f"a circle among subgraphs {', '.join(map(str, waiting))}",
                hint=EXPORT_AGAIN,
            )
        for index in ready:
            del waiting[index]
