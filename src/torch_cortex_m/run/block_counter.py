"""Counts executed blocks in QEMU with a plugin of ours (plugin/count_blocks.c)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..ir.artifacts import BasicBlock, BlockFlow
from .plugins import plugin_arguments, read_output

PLUGIN = "count_blocks"


def counting_blocks(qemu: str, image: Path) -> list[str]:
    """Arguments and exceptions as of ``plugin_arguments``."""
    return plugin_arguments(PLUGIN, qemu, image)


def read_phases(folder: Path) -> list[BlockFlow]:
    """What ran before the first call of the marking function, between each two calls, and after the
    last.

    Raises TcmError if QEMU did not run the plugin.
    """
    lines = iter(read_output(PLUGIN, folder))
    phases = list(_indexed_phases(lines))
    blocks = [BasicBlock(*map(int, line.split())) for line in lines]
    return [
        {(blocks[source], blocks[target]): count for source, target, count in phase}
        for phase in phases
    ]


def _indexed_phases(lines: Iterator[str]) -> Iterable[list[tuple[int, int, int]]]:
    """(source, target, count) of each phase; stops after the line ``blocks``."""
    phases: list[list[tuple[int, int, int]]] = []
    for line in lines:
        if line == "blocks":
            break
        if line == "phase":
            phases.append([])
        else:
            source, target, count = map(int, line.split())
            phases[-1].append((source, target, count))
    return phases


def flow_difference(flow: BlockFlow, overhead: BlockFlow) -> BlockFlow:
    """``flow`` without ``overhead``."""
    result = Counter(flow)
    result.subtract(overhead)
    return {edge: count for edge, count in result.items() if count}
