"""Regions as data: which nodes, and how many rows a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import TcmError
from ..ir import Graph
from ..ir.regions import Region
from ..ops.base import Layer
from .regions import RegionBuilder

RowsByNode = Mapping[str, int]
"""The nodes of one region, in order -> rows that a call computes."""


@dataclass(frozen=True)
class Schedule:
    """Regions of a graph, in order, and the layers that their calls compute, by node."""

    regions: tuple[Region, ...] = ()
    layers: Mapping[str, Layer] = field(default_factory=dict[str, Layer])


def schedule_of(graph: Graph, regions: Sequence[RowsByNode], pushed: str | None = None) -> Schedule:
    """The schedule with these regions; ``pushed``: as of ``RegionBuilder``.

    Raises TcmError if the graph has no such regions.
    """
    builder = RegionBuilder(graph, pushed) if regions else None
    found: list[Region] = []
    layers: dict[str, Layer] = {}
    for rows in regions:
        assert builder is not None
        region = builder.region(rows)
        if region is None:
            raise TcmError(
                "these layers cannot compute rows of their outputs",
                expected="layers one after the other that compute some rows from some",
                got=", ".join(rows),
                hint="leave out regions, and give a budget (ram=), which finds layers that can",
            )
        found.append(region)
        layers |= {each.node: builder.slice_layer(each) for each in region.slices()}
    return Schedule(tuple(found), layers)
