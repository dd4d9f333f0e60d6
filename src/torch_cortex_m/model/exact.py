"""The exact reference of a graph, loaded where it is needed: it takes PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir import Graph
from ..tools import require_torch

if TYPE_CHECKING:
    from ..run.reference import Reference


def exact_reference(graph: Graph) -> Reference:
    """The reference, with the initial states. Raises TcmError where PyTorch is missing."""
    require_torch("the exact reference")
    from ..run.reference import Reference

    return Reference(graph)
