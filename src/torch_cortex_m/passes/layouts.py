"""Layouts: the order in which each value keeps its axes, and what the transposes then cost.

Some nodes compute the same whatever the order of the axes (they *follow* the layout of their
output); transposes take any input to any output; everything else wants the order that the graph
has now, the natural one. A region is a set of values that must have one order, because nodes that
follow a layout link them, or because one takes the other's place in the next call. Each region is
free to choose its order; see permutation.py for orders.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ir import Graph, Node
from ..ops.rules.checks import MAX_RANK
from ..ops.rules.permutation import (
    Axes,
    compose,
    identity,
    inverse,
    long_axes,
    natural_order,
    order_of,
)
from .features import flattens_for_linear
from .rewrite import first_input

Region = tuple[str, ...]


def is_transpose(node: Node) -> bool:
    return node.op.moved_axes() is not None


def follows_layout(graph: Graph, node: Node) -> bool:
    """Whether the node works alike in any order of its output's axes, with fields to match."""
    if len(node.outputs) != 1:
        return False
    types, output = graph.present_types(node), graph.types[node.output]
    if any(len(type_.shape) > MAX_RANK for type_ in (output, *types.values())):
        return False
    return node.op.follows_layout(types, output)


def broadcast_axes(shape: Axes, output: Axes) -> Axes:
    """The long axes of an operand, as places among the long axes of the output's shape."""
    offset = len(output) - len(shape)
    places = {axis: place for place, axis in enumerate(long_axes(output))}
    return tuple(places[axis + offset] for axis in long_axes(shape))


def order_for_operand(shape: Axes, output: Axes, order: Axes) -> Axes:
    """The order of an operand's long axes that fits an output in ``order``."""
    axes = broadcast_axes(shape, output)
    return tuple(axes.index(place) for place in order if place in axes)


class Layouts:
    """An order for every value that a node computes or the graph takes; natural to begin with."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.following = {n.name: n for n in graph.nodes if follows_layout(graph, n)}
        ports = [*graph.inputs, *graph.outputs]
        self.fixed = {port.value for port in ports if port.keeps_layout}
        for node in graph.nodes:
            self.fixed.update(node.outputs if len(node.outputs) > 1 else ())
        computed = (value for node in graph.nodes for value in node.outputs)
        values = [*(port.value for port in graph.inputs), *graph.states, *computed]
        self.orders = {value: natural_order(graph.types[value].shape) for value in values}
        updates = {name: state.update for name, state in graph.states.items()}
        self.fixed.update(name for name, update in updates.items() if update not in self.orders)

    def is_natural(self, value: str) -> bool:
        return self.orders[value] == identity(len(self.orders[value]))

    def regions(self) -> list[Region]:
        """The regions, in the order in which the graph defines their first values."""
        region = {value: [value] for value in self.orders}
        for output, value in self._links():
            if region[value] is not region[output]:
                region[output].extend(region[value])
                for member in region[value]:
                    region[member] = region[output]
        unique = {id(members): members for members in region.values()}
        return [tuple(members) for members in unique.values()]

    def _links(self) -> Iterator[tuple[str, str]]:
        """Values that must have one order: inputs and outputs of what follows a layout, a state and
        what takes its place."""
        for output, node in self.following.items():
            for value in self._linked_inputs(node):
                yield output, value
        for name, state in self.graph.states.items():
            if state.update in self.orders:
                yield state.update, name

    def _linked_inputs(self, node: Node) -> Iterator[str]:
        """The inputs whose long axes are those of the output."""
        count = len(self.orders[node.output])
        for value in node.inputs:
            if value in self.orders and len(self.orders[value]) == count:
                yield value

    def candidates(self, region: Region) -> list[Axes]:
        """The orders in which some transpose into or out of the region has nothing to do."""
        found: list[Axes] = []
        for value in region:
            producer = self.graph.producer(value)
            if producer is not None and is_transpose(producer):
                source = self.orders.get(first_input(producer))
                if source is not None:
                    found.append(compose(inverse(self.transpose_order(producer)), source))
            for user in self.graph.users(value):
                if is_transpose(user):
                    found.append(compose(self.transpose_order(user), self.orders[user.output]))
        return list(dict.fromkeys(found))

    def transpose_order(self, node: Node) -> Axes:
        """What a transpose does to the natural order of its input."""
        return order_of(self.graph.types[first_input(node)].shape, node.op.moved_axes())

    def wanted_order(self, node: Node, value: str) -> Axes:
        """The order of ``value`` that spares ``node`` a transpose of it."""
        order = self.orders[node.name]
        if is_transpose(node):
            return compose(self.transpose_order(node), order)
        if node.name in self.following:
            if not (node.op.aligned or node.op.elementwise):
                return order
            types = self.graph.types
            return order_for_operand(types[value].shape, types[node.output].shape, order)
        if flattens_for_linear(self.graph, node, self.orders[value]):
            return self.orders[value]
        return natural_order(self.graph.types[value].shape)

    def cost(self, region: Region) -> int:
        """Bytes that transposes of values in the region, or of what its nodes read, move."""
        values = list(region)
        for value in region:
            producer = self.graph.producer(value)
            if producer is not None:
                values += [v for v in producer.inputs if v in self.orders]
        return sum(self.cost_of_value(value) for value in dict.fromkeys(values))

    def cost_of_value(self, value: str) -> int:
        """Bytes that transposes of this value move."""
        wanted = {self.wanted_order(user, value) for user in self.graph.users(value)}
        transposes = len(wanted - {self.orders[value]})
        if self._is_made_in_natural_order(value) and not self.is_natural(value):
            transposes += 1
        return transposes * self.graph.types[value].bytes

    def _is_made_in_natural_order(self, value: str) -> bool:
        producer = self.graph.producer(value)
        if producer is None or producer.name in self.following:
            return False
        return not is_transpose(producer)

    def improve(self, region: Region) -> bool:
        """Gives the region the order that costs least; whether that is another than it had.

        A region with an input or output whose layout is fixed stays as it is.
        """
        if not self.fixed.isdisjoint(region):
            return False
        before = best = self.orders[region[0]]
        least = self.cost(region)
        for order in self.candidates(region):
            self._set_order(region, order)
            cost = self.cost(region)
            if cost < least:
                best, least = order, cost
        self._set_order(region, best)
        return best != before

    def _set_order(self, region: Region, order: Axes) -> None:
        self.orders.update(dict.fromkeys(region, order))
