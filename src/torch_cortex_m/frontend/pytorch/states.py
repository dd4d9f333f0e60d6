"""States of a captured program: what a call leaves for the next one.

A state is a placeholder before all inputs, and what the next call finds in it is one of the last
results, in the same order. So a program with states has no side effects either, whether they are
buffers that forward changes or inputs that the caller has bound to outputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Interpreter, Node
from torch.fx.graph import CodeGen

from ...errors import TcmError
from .inputs import dtype_name
from .program import without_data
from .source import source_line, where

STATE = "tcm_state"
"""Metadata of a placeholder that is a state: its ``StateInput``."""

DTYPES = (torch.float32, torch.int32, torch.int64, torch.bool)


@dataclass(frozen=True)
class StateInput:
    """The name of a state for the user, and what the first call finds in it."""

    name: str
    initial: Tensor


@dataclass(frozen=True)
class NewState:
    """What is to become a state: the nodes that read it so far, and what the program leaves in
    it."""

    input: StateInput
    readers: Sequence[Node]
    update: Node


def is_state(node: Node) -> bool:
    return STATE in node.meta


def states_of(module: GraphModule) -> list[Node]:
    return [node for node in module.graph.find_nodes(op="placeholder") if is_state(node)]


def inputs_of(module: GraphModule) -> list[Node]:
    """The placeholders that the caller gives."""
    return [node for node in module.graph.find_nodes(op="placeholder") if not is_state(node)]


def results_of(module: GraphModule) -> list[Any]:
    """What the caller gets."""
    found: Any = module.graph.output_node().args[0]
    return list(found[: len(found) - len(states_of(module))])


def updates_of(module: GraphModule) -> list[tuple[Node, Node]]:
    """Each state, and what the next call finds in it."""
    found: Any = module.graph.output_node().args[0]
    states = states_of(module)
    return list(zip(states, found[len(found) - len(states) :], strict=True))


def set_results(module: GraphModule, results: Sequence[Any], updates: Sequence[Node]) -> None:
    module.graph.output_node().args = ((*results, *updates),)


def add_states(module: GraphModule, added: Sequence[NewState]) -> None:
    """Raises TcmError for what cannot be a state, or is updated by what does not fit it."""
    if not added:
        return
    for new in added:
        _check(new)
    results, known = results_of(module), [update for _, update in updates_of(module)]
    placeholders = [_placeholder(module, new) for new in added]
    set_results(module, results, [*known, *(new.update for new in added)])
    for new, placeholder in zip(added, placeholders, strict=True):
        for reader in new.readers:
            reader.replace_all_uses_with(placeholder)
            module.graph.erase_node(reader)
    module.graph.set_codegen(CodeGen())  # inputs and results are flat from here on


def _placeholder(module: GraphModule, new: NewState) -> Node:
    first = next(node for node in module.graph.nodes if not is_state(node))
    with module.graph.inserting_before(first):
        node = module.graph.placeholder(f"tcm_state_{len(states_of(module))}")
    node.meta["val"] = without_data(module, new.readers[0].meta["val"])
    node.meta[STATE] = new.input
    return node


def _check(new: NewState) -> None:
    state, value = new.input, new.update.meta["val"]
    if state.initial.dtype not in DTYPES:
        raise TcmError(
            f"a state of type {dtype_name(state.initial.dtype)} is not supported",
            where=f"'{state.name}'",
            expected=", ".join(dtype_name(dtype) for dtype in DTYPES),
            got=dtype_name(state.initial.dtype),
            hint="keep real numbers in float32; the compiler quantizes them",
        )
    if state.initial.dtype.is_floating_point and not bool(torch.isfinite(state.initial).all()):
        raise TcmError(
            "a state begins with what is not finite",
            where=f"'{state.name}'",
            expected="finite numbers",
            got="NaN or infinite elements",
            hint="give the buffer its initial values before compiling",
        )
    check_update(state.name, state.initial, value, where_computed(new.update))


def where_computed(update: Node) -> str:
    """The place in the user's code, for what is only copied at the program's end, too."""
    while update.target == torch.ops.aten.clone.default and source_line(update) is None:
        (update,) = update.all_input_nodes
    return where(update)


def check_update(name: str, state: Tensor, value: Tensor, place: str) -> None:
    """Raises TcmError for an update of another shape or type than the state has."""
    if (state.shape, state.dtype) != (value.shape, value.dtype):
        raise TcmError(
            f"state '{name}' changes its {'type' if state.shape == value.shape else 'shape'}",
            where=place,
            expected=_described(state),
            got=_described(value),
            hint="what a call leaves in a state has its shape and type: keep as many of the newest "
            "frames as it has, and convert with .to()",
        )


def _described(value: Tensor) -> str:
    return f"{dtype_name(value.dtype)} {list(value.shape)}"


def remove_unread_states(module: GraphModule) -> None:
    """Removes the states on which no result depends, such as a counter of calls."""
    updates = updates_of(module)
    needed: set[Node] = set()
    waiting = [result for result in results_of(module) if isinstance(result, Node)]
    while waiting:
        node = waiting.pop()
        if node not in needed:
            needed.add(node)
            waiting += node.all_input_nodes
            waiting += [update for state, update in updates if state is node]
    set_results(module, results_of(module), [u for state, u in updates if state in needed])
    module.graph.eliminate_dead_code(lambda node: node.op in ("placeholder", "output"))
    for state, _ in updates:
        if state not in needed:
            module.graph.erase_node(state)


class Calls:
    """Calls of a program one after the other, beginning with the initial states."""

    def __init__(self, interpreter: Interpreter) -> None:
        """``interpreter`` runs a program with or without states."""
        self._interpreter = interpreter
        placeholders = states_of(interpreter.module)  # type: ignore[arg-type]
        self._states = [node.meta[STATE].initial for node in placeholders]

    def run(self, *inputs: Tensor) -> Any:
        """The results of the next call, as the program gives them; flat where it has states."""
        if not self._states:
            return self._interpreter.run(*inputs)
        results = self._interpreter.run(*self._states, *inputs)
        count = len(results) - len(self._states)
        self._states = [update.clone() for update in results[count:]]
        return results[:count]
