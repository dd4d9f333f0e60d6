"""Checks a model before anything is built: all that cannot be compiled, in one message."""

from __future__ import annotations

from collections import defaultdict

from ...errors import TcmError
from ...ops.tflite.builtin import Kind
from .builtins import builtins
from .model import FileModel, FileOperator, FileSubgraph
from .problems import Problem, problem
from .variables import OPERATORS as VARIABLE_OPERATORS

MOST_PLACES = 3
"""Of operators with the same problem that a message names."""

MOST_LINES = 40
"""Of a message's list."""


def needed_operators(model: FileModel) -> list[FileOperator]:
    """The operators of the main subgraph that the outputs depend on or that have effects, in order.

    What only computes the shape for a RESHAPE is not needed: the file has all shapes.
    """
    needed = set(model.main.outputs)
    effects = _subgraphs_with_effects(model)
    operators = []
    for operator in reversed(model.main.operators):
        if needed.isdisjoint(operator.outputs) and not _has_effects(operator, effects):
            continue
        operators.append(operator)
        builtin = builtins().get(operator.name)
        kinds = [] if builtin is None else [argument.kind for argument in builtin.arguments]
        for place, index in enumerate(operator.inputs):
            if place >= len(kinds) or kinds[place] is not Kind.SHAPE:
                needed.add(index)
    return operators[::-1]


def _has_effects(operator: FileOperator, subgraphs: set[int]) -> bool:
    """Whether it does more than compute its outputs; ``subgraphs``: those that do.

    Operators without outputs are there for nothing else (ASSIGN_VARIABLE), and nobody knows what a
    custom operator does.
    """
    return (
        not operator.outputs
        or operator.name.startswith("CUSTOM ")
        or not subgraphs.isdisjoint(operator.subgraphs)
    )


def _subgraphs_with_effects(model: FileModel) -> set[int]:
    """Indices of the subgraphs that have operators with effects, or run such subgraphs."""
    found: set[int] = set()
    for _ in model.subgraphs:
        found = {
            index
            for index, subgraph in enumerate(model.subgraphs)
            if any(_has_effects(operator, found) for operator in subgraph.operators)
        }
    return found


def check_supported(model: FileModel, operators: list[FileOperator]) -> None:
    """Raises one TcmError that lists every operator that cannot be compiled, with its place."""
    groups: dict[tuple[str, Problem], list[FileOperator]] = defaultdict(list)
    for operator in operators:
        if (found := problem(model, operator)) is not None:
            groups[operator.name, found].append(operator)
    if not groups:
        return
    lines = [_line(model.main, alike, found) for (_, found), alike in groups.items()]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES} more"]
    known = len(builtins()) + len(VARIABLE_OPERATORS)
    hints = dict.fromkeys(found.hint for _, found in groups if found.hint)
    raise TcmError(
        f"{sum(map(len, groups.values()))} of {len(operators)} operators cannot be compiled",
        expected=f"the {known} operators that docs/operators.md or tcm ops list, on int8 tensors",
        got="\n    ".join(["", *lines]),
        hint="; ".join(hints) or None,
    )


def _line(subgraph: FileSubgraph, operators: list[FileOperator], found: Problem) -> str:
    """One problem of operators of one name."""
    first = operators[0]
    if len(operators) == 1:
        return f"{subgraph.place(first)}: {found.text}"
    places = [subgraph.place(operator, name=False) for operator in operators[:MOST_PLACES]]
    if len(operators) > MOST_PLACES:
        places.append("...")
    return f"{first.name}, {len(operators)} times: {found.text} ({'; '.join(places)})"
