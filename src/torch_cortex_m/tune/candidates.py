"""What there is to measure for a graph: every distinct layer with every kernel that applies."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..ir import Graph, Node
from ..ops.base import Case
from ..ops.rules.case_data import random_data
from ..select import applicable_kernels, layer_of
from ..target import Target


@dataclass(frozen=True)
class Candidate:
    """A kernel on a layer with data; ``layer`` is the signature. Can be pickled."""

    layer: str
    kernel: str
    case: Case


def candidates_of(
    graph: Graph, target: Target, library: frozenset[str] = frozenset()
) -> list[Candidate]:
    """The distinct layers of the graph with all kernels that apply, in order of execution."""
    found: dict[tuple[str, str], Candidate] = {}
    for node in graph.computing_nodes():
        layer = layer_of(graph, node)
        text = layer.signature.text
        for kernel in applicable_kernels(layer, target, library):
            key = (text, kernel.name)
            if key not in found:
                found[key] = Candidate(text, kernel.name, _case(graph, node, text))
    return list(found.values())


def _case(graph: Graph, node: Node, text: str) -> Case:
    """The node by itself: its own constants, seeded random activations."""
    rng = np.random.default_rng(zlib.crc32(text.encode()))
    tensors: dict[str, np.ndarray | None] = {}
    for name, value in node.arguments().items():
        if value is None:
            tensors[name] = None
        elif value in graph.constants:
            tensors[name] = graph.constants[value]
        else:
            tensors[name] = random_data(rng, graph.types[value])
    return Case(text, node.op, tensors, tuple(_activations(graph, node)))


def _activations(graph: Graph, node: Node) -> Iterator[str]:
    for name, value in node.arguments().items():
        if value is not None and value not in graph.constants:
            yield name
