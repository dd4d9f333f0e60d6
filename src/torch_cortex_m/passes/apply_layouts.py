"""Rewrites a graph so that its values have chosen layouts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..ir import Graph, Node, NodeList, Port, State
from ..ops.integers.bounds import Array
from ..ops.rules.permutation import (
    Axes,
    compose,
    identity,
    inverse,
    natural_order,
    permutation_of,
    permuted,
)
from .layouts import Layouts, is_transpose, order_for_operand
from .movement import reshape, transpose
from .rewrite import first_input


def apply_layouts(graph: Graph, layouts: Layouts) -> Graph:
    """The graph with every value in its order: same names, other shapes, and transposes where a
    node does not take or give the order that is wanted. What nothing reads then is still there."""
    return _Application(graph, layouts).run()


class _Application:
    """``before`` is the graph in natural order, ``graph`` the one that is built."""

    def __init__(self, before: Graph, layouts: Layouts) -> None:
        self.before = before
        self.layouts = layouts
        self.graph = replace(before.copy(), nodes=NodeList())

    def run(self) -> Graph:
        for value in self.layouts.orders:
            type_ = self.before.types[value]
            self.graph.types[value] = type_.with_shape(
                permuted(type_.shape, self._permutation(value))
            )
        self.graph.inputs = [self._port(port) for port in self.before.inputs]
        self.graph.outputs = [self._port(port) for port in self.before.outputs]
        self.graph.states = {name: self._state(name) for name in self.before.states}
        for node in self.before.nodes:
            self._add(node)
        return self.graph

    def _state(self, name: str) -> State:
        state = self.before.states[name]
        moved = np.transpose(state.initial, self._permutation(name))
        return replace(state, initial=np.array(moved, order="C"))

    def _permutation(self, value: str) -> Axes:
        """From the value in natural order to the value in its own."""
        shape = self.before.types[value].shape
        if value not in self.layouts.orders:
            return identity(len(shape))
        return permutation_of(shape, self.layouts.orders[value])

    def _port(self, port: Port) -> Port:
        permutation = self._permutation(port.value)
        if permutation == identity(len(permutation)):
            return port
        if port.permutation is not None:
            permutation = compose(port.permutation, permutation)
        natural = permutation == identity(len(permutation))
        return replace(port, permutation=None if natural else permutation)

    def _add(self, node: Node) -> None:
        if is_transpose(node):
            self._add_transpose(node)
        elif node.name in self.layouts.following:
            self._add_following(node)
        else:
            self._add_in_natural_order(node)

    def _add_transpose(self, node: Node) -> None:
        to_natural = inverse(self._permutation(first_input(node)))
        moved = compose(to_natural, node.op.moved_axes())
        op = transpose(compose(moved, self._permutation(node.output)))
        self.graph.nodes.append(replace(node, op=op))

    def _add_following(self, node: Node) -> None:
        inputs = tuple(None if v is None else self._operand(node, v) for v in node.inputs)
        shape = self.graph.types[node.output].shape
        op = node.op.in_layout(self._permutation(node.output), shape)
        self.graph.nodes.append(replace(node, op=op, inputs=inputs))

    def _operand(self, node: Node, value: str) -> str:
        """The value as a following node reads it: in its order, its axes at the output's places."""
        if not (node.op.aligned or node.op.elementwise):
            return value
        shape = self.before.types[value].shape
        output = self.before.types[node.output].shape
        aligned = (1,) * (len(output) - len(shape)) + shape
        permutation = self._permutation(node.output)
        if value in self.before.constants:
            if permutation == identity(len(permutation)):
                return value
            data = np.transpose(np.reshape(self.before.constants[value], aligned), permutation)
            return self._constant(value, data)
        order = order_for_operand(shape, output, self.layouts.orders[node.output])
        return self._reshaped(self._in_order(node, value, order), permuted(aligned, permutation))

    def _constant(self, value: str, data: Array) -> str:
        """A constant like ``value`` with moved data."""
        name = self.graph.add_constant(value, data)
        self.graph.types[name] = self.before.types[value].with_shape(data.shape)
        return name

    def _reshaped(self, value: str, shape: Axes) -> str:
        """The value in this shape, unless it broadcasts like that anyway."""
        type_ = self.graph.types[value]
        if _without_leading_ones(type_.shape) == _without_leading_ones(shape):
            return value
        return self.graph.add_node(reshape(shape), (value,), value, quantization=type_.quantization)

    def _add_in_natural_order(self, node: Node) -> None:
        inputs = tuple(
            self._in_order(node, v, natural_order(self.before.types[v].shape))
            if v is not None and v in self.layouts.orders
            else v
            for v in node.inputs
        )
        if self.layouts.is_natural(node.name):
            self.graph.nodes.append(replace(node, inputs=inputs))
            return
        quantization = self.graph.types[node.output].quantization
        made = self.graph.add_node(
            node.op, inputs, node.output, quantization=quantization, source=node.source
        )
        op = transpose(self._permutation(node.output))
        self.graph.nodes.append(Node(op, (made,), node.outputs, node.source))

    def _in_order(self, node: Node, value: str, order: Axes) -> str:
        """The value in this order; remove_duplicates merges what several nodes ask for."""
        if order == self.layouts.orders[value]:
            return value
        to_natural = inverse(self._permutation(value))
        wanted = permutation_of(self.before.types[value].shape, order)
        return self.graph.add_node(
            transpose(compose(to_natural, wanted)),
            (value,),
            value,
            quantization=self.graph.types[value].quantization,
            source=node.source,
        )


def _without_leading_ones(shape: Axes) -> Axes:
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape
