"""Chooses the kernel of every node from the records in the operators' folders."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import TcmError
from ..ir import Graph, Node
from ..ops import definition
from ..ops.base import Kernel, Layer
from ..target import Target
from .cost import CostModel
from .order import check_objective, order_kernels

Selection = dict[str, Kernel]
"""Node name -> kernel, for every node that computes something (views need no kernel)."""


def layer_of(graph: Graph, node: Node) -> Layer:
    """What the kernels of this node may ask about."""
    types, outputs = graph.present_types(node), graph.output_types(node)
    return Layer(node.op, types, outputs, graph.argument_constants(node))


def rank_kernels(
    graph: Graph,
    target: Target,
    *,
    library: frozenset[str] = frozenset(),
    forced: Mapping[str, str] | None = None,
    model: CostModel | None = None,
    objective: str = "speed",
    prefer_library: bool = True,
    layers: Mapping[str, Layer] | None = None,
    own: Mapping[str, Kernel] | None = None,
) -> dict[str, list[Kernel]]:
    """Node name -> the kernels that can compute it, the best one last. Never empty.

    library: functions that a linked kernel library has. prefer_library: its kernels win where they
        apply; otherwise they compete with ours.
    forced: node name -> the only kernel to consider, checked against the same conditions.
    layers: node name -> what a call computes, of nodes that are called for parts of their outputs.
    own: node name -> the kernel that the model brings for it, the only one to consider.
    model: what kernels cost on this target.
    objective: for any but speed, kernels whose cost is not known and whose constants take much
        flash come first.

    Where nothing was measured, a folder's order decides, which lists its kernels from the most
    general to the most special.
    """
    check_objective(objective)
    forced = forced or {}
    model = model or CostModel({})
    ranked: dict[str, list[Kernel]] = {}
    for node in graph.computing_nodes():
        layer = (layers or {}).get(node.name) or layer_of(graph, node)
        applicable = applicable_kernels(layer, target, library)
        if own and node.name in own:
            applicable = [own[node.name]]
        if node.name in forced:
            applicable = [k for k in applicable if k.name == forced[node.name]]
        if not applicable:
            raise TcmError(
                f"no kernel of {node.op.name} can compute this layer",
                where=node.source or node.name,
                expected=forced.get(node.name, f"a kernel for {target.name}"),
                got=", ".join(k.name for k in definition(node.op.name).kernels) or "no kernels",
                hint="`tcm ops` lists kernels and the cores that they need",
            )
        ordered = order_kernels(layer, applicable, model, objective)
        if prefer_library:
            ordered.sort(key=lambda kernel: kernel.provider != "ours")
        ranked[node.name] = ordered
    return ranked


def applicable_kernels(layer: Layer, target: Target, library: frozenset[str]) -> list[Kernel]:
    """The kernels that compute the layer exactly on this target, in their folder's order.

    A folder may list a kernel again, under narrower conditions, to prefer it there: it counts at
    the last place that applies.
    """
    found: dict[str, Kernel] = {}
    for kernel in definition(layer.op.name).kernels:
        if (
            kernel.needs <= target.features
            and library.issuperset(kernel.symbols)
            and library.isdisjoint(kernel.absent_symbols)
            and kernel.computes(layer)
        ):
            found.pop(kernel.name, None)
            found[kernel.name] = kernel
    return list(found.values())
