"""Int16 tensors, which are states between layers and samples: whatever else reads one gets int8.

A state goes from a layer, or from an input of the model, through operators that only move data to
another layer; and out of the model, if states come in, too: a caller gives back what he got.
Samples come from an input in the same way. An operator that moves them for both kinds of readers is
doubled.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments
from ....ops.pytorch.recurrent import GRU, NARROW, PAIRED
from ..int16 import (
    FINAL_STATES,
    INT16,
    int16_arguments,
    is_int16,
    is_state_result,
    moved_by,
    state_arguments,
)
from ..patterns import pattern_of, results
from ..program import add_call

aten = torch.ops.aten


def separate_int16_states(module: GraphModule) -> None:
    """Notes int16 with all tensors that are so in the end."""
    states = {node for node in module.graph.nodes if is_state_result(node)}
    sources = states | _inputs_of(module, int16_arguments)
    come_in = bool(_inputs_of(module, state_arguments))
    for node in module.graph.nodes:
        if node in sources or _is_of_int16(node, come_in):
            node.meta[INT16] = True
    for node in reversed(list(module.graph.nodes)):
        if is_int16(node) and node.op != "output":
            _separate(module, node, node in sources)


def keep_both_results(module: GraphModule) -> None:
    """Of layers with a state: the range of either must be seen in calibration, read or not."""
    for node in list(module.graph.nodes):
        pattern = pattern_of(node)
        several = pattern is not None and pattern.recurrence and len(pattern.recurrence.continued)
        if several == 2 and len(results(node)) == 1:
            ((place, result),) = results(node)
            _keep(module, result, _result(module, node, 1 - place))


def _inputs_of(module: GraphModule, arguments_of: Callable[[Node], list[Node]]) -> set[Node]:
    """The inputs of the model that only moved are such arguments."""
    found: set[Node] = set()
    for node in module.graph.nodes:
        for tensor in arguments_of(node):
            while (before := moved_by(tensor)) is not None:
                tensor = before
            if tensor.op == "placeholder":
                found.add(tensor)
    return found


def _is_of_int16(node: Node, come_in: bool) -> bool:
    """Whether a node only moves what is int16, or leaves the model with it."""
    if node.op == "output":
        return come_in
    moved = moved_by(node)
    if moved is not None:
        return is_int16(moved)
    return FINAL_STATES in node.meta and all(map(is_int16, node.all_input_nodes))


def _separate(module: GraphModule, node: Node, is_source: bool) -> None:
    """Gives int8 to the readers that cannot take int16; those behind are separated already."""
    narrow = [user for user in node.users if not _takes_int16(user, node)]
    if is_source and narrow:
        _read_instead(node, _as_int8(module, node), narrow)
    elif len(narrow) == len(node.users) and not is_source:
        del node.meta[INT16]
    elif narrow:
        with module.graph.inserting_after(node):
            copy = module.graph.node_copy(node)
        del copy.meta[INT16]
        _read_instead(node, copy, narrow)


def _takes_int16(user: Node, node: Node) -> bool:
    if is_int16(user):
        return True
    return node in int16_arguments(user) and list(user.args).count(node) == 1


def _as_int8(module: GraphModule, node: Node) -> Node:
    """The state in int8: of a gru the last of its output."""
    layer: Any = node.args[0] if is_state_result(node) else None
    if layer is None or layer.target is not GRU:
        return add_call(module, node.next, NARROW, (node,), node)
    output = _result(module, layer, 0)
    last = (output, int(arguments(layer)["batch_first"]), -1)
    return add_call(module, max(node, output).next, aten.select.int, last, node)


def _read_instead(node: Node, other: Node, readers: list[Node]) -> None:
    for reader in readers:
        reader.replace_input_with(node, other)


def _result(module: GraphModule, layer: Node, place: int) -> Node:
    """The node of one of a layer's results, which is made where there is none."""
    known = dict(results(layer)).get(place)
    if known is not None:
        return known
    with module.graph.inserting_after(layer):
        made = module.graph.call_function(operator.getitem, (layer, place))
    made.meta = {**layer.meta, "val": layer.meta["val"][place]}
    return made


def _keep(module: GraphModule, result: Node, other: Node) -> None:
    if is_state_result(other):
        other.meta[INT16] = True
    readers = list(result.users)
    pair = add_call(module, max(result, other).next, PAIRED, (result, other), result)
    if is_int16(result):
        pair.meta[INT16] = True
    _read_instead(result, pair, readers)
