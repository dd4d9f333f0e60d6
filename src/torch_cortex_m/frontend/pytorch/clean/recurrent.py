"""Recurrent layers and cells become single layers of one direction each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ....errors import TcmError
from ....ops.pytorch.node import arguments
from ....ops.pytorch.recurrent import GRU, LSTM, RNN
from ..int16 import FINAL_STATES
from ..patterns import results
from ..program import add_call, add_constant, add_results, constant_value
from ..source import value_name, where

aten = torch.ops.aten


Weights = Sequence[Node | None]


@dataclass(frozen=True)
class Kind:
    """A recurrent layer: its operator, how many states it has, and further arguments."""

    target: torch._ops.OpOverload
    states: int = 1
    named: tuple[tuple[str, Any], ...] = ()


TANH, RELU = Kind(RNN), Kind(RNN, named=(("relu", True),))

SEQUENCES: dict[Any, Kind] = {
    aten.lstm.input: Kind(LSTM, 2),
    aten.gru.input: Kind(GRU),
    aten.rnn_tanh.input: TANH,
    aten.rnn_relu.input: RELU,
}
CELLS: dict[Any, Kind] = {
    aten.lstm_cell.default: Kind(LSTM, 2),
    aten.gru_cell.default: Kind(GRU),
    aten.rnn_tanh_cell.default: TANH,
    aten.rnn_relu_cell.default: RELU,
}
RECURRENT = (*SEQUENCES, *CELLS)
"""Operators that become layers of one direction."""


def replace_recurrent_layers(module: GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.target in SEQUENCES:
            _replace_sequence(module, node)
        elif node.target in CELLS:
            _replace_cell(module, node)


@dataclass(frozen=True)
class Layer:
    """The hidden values of all steps, and each state behind the last one, [B, S]."""

    output: Node
    states: tuple[Node, ...]


class _Builder:
    """Adds calls in the place of ``node``, a recurrent operator of one of the kinds."""

    def __init__(self, module: GraphModule, node: Node, kind: Kind) -> None:
        self.module, self.node, self.kind = module, node, kind
        self.like = node if isinstance(node.meta["val"], Tensor) else next(iter(node.users))

    def call(self, target: Any, *operands: Any) -> Node:
        return add_call(self.module, self.node, target, operands, self.like)

    def layer(self, input: Node, states: list[Node], weights: Weights, batch_first: bool) -> Layer:
        """weights: of input and hidden values, then the biases, as far as there are any, and the
        projection of an LSTM that has one, which makes their number odd."""
        if len(weights) % 2:
            return self._projected_layer(input, states, weights, batch_first)
        named = dict(self.kind.named, batch_first=batch_first)
        operands = (input, *states, *weights[:2], *self._biases(weights))
        if self.kind.target is RNN:
            output = add_call(self.module, self.node, RNN, operands, self.like, named)
            others: list[Node] = []
        else:
            output, *others = add_results(
                self.module, self.node, self.kind.target, operands, self.like, named
            )
        last = self.call(aten.select.int, output, int(batch_first), -1)
        return Layer(output, tuple(others) if self.kind.target is GRU else (last, *others))

    def _projected_layer(
        self, input: Node, states: list[Node], weights: Weights, batch_first: bool
    ) -> Layer:
        """With a projection P, U h of h = P m is (U P) m: a layer of hidden values m, and P behind
        it. What begins with h begins with m of the least magnitude that P takes to h."""
        input_weight, recurrent_weight, *biases, projection = weights
        assert recurrent_weight is not None
        assert projection is not None
        matrix = self._constant(projection)
        products = self._new_constant(self._constant(recurrent_weight) @ matrix, "weight_hh")
        inverse = self._new_constant(torch.linalg.pinv(matrix), "inverse_projection")
        hidden = self.call(aten.linear.default, states[0], inverse)
        plain = (input_weight, products, *biases)
        layer = self.layer(input, [hidden, *states[1:]], plain, batch_first)
        output = self.call(aten.linear.default, layer.output, projection)
        last = self.call(aten.select.int, output, int(batch_first), -1)
        return Layer(output, (last, *layer.states[1:]))

    def _new_constant(self, data: Tensor, suffix: str) -> Node:
        name = f"{value_name(self.node)}.{suffix}"
        return add_constant(self.module, self.node, data, name)

    def _biases(self, weights: Weights) -> list[Node]:
        """Only gru adds both in different places."""
        data = [None if each is None else self._constant(each) for each in weights]
        assert data[0] is not None
        none = torch.zeros(len(data[0]))
        bias, other = (none if each is None else each for each in [*data[2:], None, None][:2])
        sums = [("bias", bias), ("recurrent_bias", other)]
        if self.kind.target is not GRU:
            sums = [("bias", bias + other)]
        return [self._new_constant(each, suffix) for suffix, each in sums]

    def _constant(self, node: Node) -> Tensor:
        if node.op != "get_attr":
            raise TcmError(
                "a weight of a recurrent layer is not a constant",
                where=where(self.node),
                expected="parameters or buffers",
                got="a tensor that is computed from the inputs",
                hint="make it a parameter or a buffer of the layer",
            )
        return constant_value(self.module, node)


def _replace_cell(module: GraphModule, node: Node) -> None:
    """A cell is a layer over one step."""
    builder = _Builder(module, node, CELLS[node.target])
    values = arguments(node)
    states = values["hx"] if builder.kind.states > 1 else [values["hx"]]
    weights = [values[name] for name in ("w_ih", "w_hh", "b_ih", "b_hh")]
    input = builder.call(aten.unsqueeze.default, values["input"], 0)
    layer = builder.layer(input, list(states), weights, False)
    if builder.kind.states == 1:
        node.replace_all_uses_with(layer.states[0])
    for place, result in results(node):
        result.replace_all_uses_with(layer.states[place])


def _replace_sequence(module: GraphModule, node: Node) -> None:
    builder = _Builder(module, node, SEQUENCES[node.target])
    values = arguments(node)
    states = values["hx"] if builder.kind.states > 1 else [values["hx"]]
    output: Node = values["input"]
    finals: list[tuple[Node, ...]] = []
    groups = _weights_of_layers(values)
    directions = 1 + values["bidirectional"]
    for first in range(0, len(groups), directions):
        outputs: list[Node] = []
        for index in range(first, first + directions):
            initial = [builder.call(aten.select.int, state, 0, index) for state in states]
            layer = _directed(builder, output, initial, groups[index], index - first)
            outputs.append(layer.output)
            finals.append(layer.states)
        output = outputs[0] if directions == 1 else builder.call(aten.cat.default, outputs, -1)
    for place, result in results(node):
        if place == 0:
            result.replace_all_uses_with(output)
        else:
            _replace_final(builder, result, [each[place - 1] for each in finals])


def _weights_of_layers(values: dict[str, Any]) -> list[Weights]:
    """The weights of each layer and direction, as torch lists them."""
    count = values["num_layers"] * (1 + values["bidirectional"])
    parameters = values["params"]
    each = len(parameters) // count
    return [parameters[first : first + each] for first in range(0, len(parameters), each)]


def _directed(
    builder: _Builder, input: Node, initial: list[Node], weights: Weights, backwards: int
) -> Layer:
    batch_first = bool(arguments(builder.node)["batch_first"])
    if not backwards:
        return builder.layer(input, initial, weights, batch_first)
    turned = partial(builder.call, aten.flip.default)
    time = [int(batch_first)]
    layer = builder.layer(turned(input, time), initial, weights, batch_first)
    return Layer(turned(layer.output, time), layer.states)


def _replace_final(builder: _Builder, result: Node, finals: list[Node]) -> None:
    """The final states of all layers, [layers, B, S]; of one layer, where only that is read."""
    for user in list(result.users):
        if user.target is aten.select.int and user.args[1] == 0:
            user.replace_all_uses_with(finals[user.args[2]])  # type: ignore[index]
    if len(finals) == 1:
        every = builder.call(aten.unsqueeze.default, finals[0], 0)
    else:
        every = builder.call(aten.stack.default, finals)
        every.meta[FINAL_STATES] = True
    result.replace_all_uses_with(every)
