"""From a graph to a MemoryPlan: which values share memory, and at which offset of the arena."""

from __future__ import annotations

from collections.abc import Mapping

from ..ir import Graph
from ..ir.artifacts import ALIGNMENT, Location, MemoryPlan
from .offsets import MemoryBlock, assign_offsets, live_bytes


def plan_memory(
    graph: Graph,
    scratch_bytes: Mapping[str, int],
    in_place: Mapping[str, tuple[str, ...]],
) -> MemoryPlan:
    """Plans the memory of one inference.

    scratch_bytes: node output -> bytes of working memory.
    in_place: node output -> values whose memory the output may take over, if they die there.
    """
    roots = _view_roots(graph)
    last_use = _last_uses(graph, roots)
    fixed = _fixed_locations(graph, roots)
    owners = _share_in_place(graph, roots, last_use, fixed, in_place)
    blocks = _value_blocks(graph, roots, owners, last_use, fixed)
    for index, node in enumerate(graph.nodes):
        if scratch_bytes.get(node.output, 0) > 0:
            size = _aligned(scratch_bytes[node.output])
            blocks.append(MemoryBlock(f"scratch of {node.output}", size, index, index))
    offsets, arena_bytes = assign_offsets(blocks)
    locations = {}
    for value in graph.types:
        root = roots[value]
        locations[value] = fixed.get(root) or Location("arena", offsets[owners.get(root, root)])
    return MemoryPlan(
        arena_bytes,
        live_bytes(blocks),
        locations,
        {name: offsets[f"scratch of {name}"] for name, size in scratch_bytes.items() if size > 0},
        tuple(
            (port.value, index)
            for index, port in enumerate(graph.outputs)
            if locations[port.value] != Location("output", index)
        ),
    )


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _view_roots(graph: Graph) -> dict[str, str]:
    """Value -> the value whose bytes it is; views point at what they view."""
    roots = {value: value for value in graph.types}
    for node in graph.nodes:
        if node.op.view and node.inputs[0] is not None:
            roots[node.output] = roots[node.inputs[0]]
    return roots


def _last_uses(graph: Graph, roots: Mapping[str, str]) -> dict[str, int]:
    """Root -> index of the last node that reads it; outputs live until after the last node."""
    last: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        last[roots[node.output]] = index
        for value in node.inputs:
            if value is not None:
                last[roots[value]] = index
    for port in graph.outputs:
        last[roots[port.value]] = len(graph.nodes)
    return last


def _fixed_locations(graph: Graph, roots: Mapping[str, str]) -> dict[str, Location]:
    """Roots that the caller's buffers or the constants hold."""
    fixed = {name: Location("constant", 0, name) for name in graph.constants}
    fixed |= {port.value: Location("input", i) for i, port in enumerate(graph.inputs)}
    for index, port in enumerate(graph.outputs):
        fixed.setdefault(roots[port.value], Location("output", index))
    return fixed


def _share_in_place(
    graph: Graph,
    roots: Mapping[str, str],
    last_use: Mapping[str, int],
    fixed: Mapping[str, Location],
    in_place: Mapping[str, tuple[str, ...]],
) -> dict[str, str]:
    """Root -> the root whose block it takes over, where a node may work in place."""
    owners: dict[str, str] = {}
    for index, node in enumerate(graph.nodes):
        if node.op.view or node.output in fixed:
            continue
        for value in in_place.get(node.output, ()):
            root = roots[value]
            fits = graph.types[node.output].bytes <= graph.types[owners.get(root, root)].bytes
            if root not in fixed and last_use[root] == index and fits:
                owners[node.output] = owners.get(root, root)
                break
    return owners


def _value_blocks(
    graph: Graph,
    roots: Mapping[str, str],
    owners: Mapping[str, str],
    last_use: Mapping[str, int],
    fixed: Mapping[str, Location],
) -> list[MemoryBlock]:
    """One block per owner, alive from its first write to the last read of any that share it."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        root = roots[node.output]
        if root in fixed:
            continue
        owner = owners.get(root, root)
        first.setdefault(owner, index)
        last[owner] = last_use[root]
    return [
        MemoryBlock(owner, _aligned(graph.types[owner].bytes), first[owner], last[owner])
        for owner in first
    ]
