"""What quantization costs the values of a graph, whatever passes make of them."""

from __future__ import annotations

from collections.abc import Mapping

from ..generate import Generated
from ..ir import Graph, Node
from ..ir.artifacts import Loss


def output_sqnr(generated: Generated) -> float | None:
    """The least SQNR of an output, of those where it is known."""
    outputs = (port.value for port in generated.graph.outputs)
    found = [generated.losses[value].sqnr for value in outputs if value in generated.losses]
    return min(found, default=None)


class LossObserver:
    """Is told of losses, then watches ``run_passes``.

    A value keeps its loss with its name; what has the same elements has it, too. Where a pass lets
    a node compute what another computed behind it, such as a clamp, the node has the loss of that.
    """

    def __init__(self) -> None:
        self._losses: dict[str, Loss] = {}

    def add(self, value: str, loss: Loss) -> None:
        self._losses[value] = loss

    def __call__(self, each: object, before: Graph, after: Graph) -> None:
        self._spread(before)
        for node in before.nodes:
            if node.name in self._losses and node.name not in after.types:
                heir = _heir(node, before, after)
                if heir is not None:
                    self._losses[heir] = self._losses[node.name]

    def of(self, graph: Graph) -> Mapping[str, Loss]:
        """Value -> its loss, of those that the graph has and whose loss is known."""
        self._spread(graph)
        return {value: self._losses[value] for value in graph.types if value in self._losses}

    def _spread(self, graph: Graph) -> None:
        """To values that have the same elements."""
        pairs = [(source, node.name) for node in graph.nodes if (source := _same(node))]
        backwards = [(result, source) for source, result in reversed(pairs)]
        for known, other in [*backwards, *pairs]:
            if known in self._losses and other not in graph.constants:
                self._losses.setdefault(other, self._losses[known])


def _same(node: Node) -> str | None:
    """The value whose elements the node's output has, all of them in some order or form."""
    op = node.op
    moves_all = op.reshapes or op.moved_axes() is not None or op.dequantizes() is not None
    return node.inputs[0] if moves_all else None


def _heir(node: Node, before: Graph, after: Graph) -> str | None:
    """The value that stands for what a removed node gave: an input that is quantized now; or the
    nearest one before, past others that were removed, if the pass changed the node that gives it
    and nobody else reads it."""
    if node.op.quantizes() is not None:
        return node.inputs[0]
    while (producer := _only_producer(node, before)) is not None:
        node = producer
        left = after.producer(node.name)
        if left is not None:
            return None if left.op == node.op else node.name
    return None


def _only_producer(node: Node, graph: Graph) -> Node | None:
    """What computes the only activation that the node reads, if it does so for nobody else."""
    read = {value for value in node.inputs if value is not None and value not in graph.constants}
    producer = graph.producer(read.pop()) if len(read) == 1 else None
    if producer is None or len(producer.outputs) != 1 or len(graph.users(producer.name)) != 1:
        return None
    return None if graph.is_result(producer.name) else producer
