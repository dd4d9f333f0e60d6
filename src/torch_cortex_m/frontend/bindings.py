"""Inputs that become states: ``state={"h": "h_out"}`` in Python, ``--state h=h_out`` on the command
line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import TcmError

States = Mapping[str, "str | int | tuple[str | int, Any]"]
"""Name of an input -> the output that is what the next call finds in it, by its name or its place
among the outputs; or that and what the first call finds in it."""

HINT = 'give for example state={"h": "h_out"}, or --state h=h_out on the command line'


@dataclass(frozen=True)
class Binding:
    """``initial``: None for zero."""

    input: str
    output: str | int
    initial: np.ndarray | None = None


def read_bindings(states: States | None) -> tuple[Binding, ...]:
    """Raises TcmError for what is no such mapping."""
    if states is None:
        return ()
    if not isinstance(states, Mapping):
        raise _not_understood(states)
    return tuple(_binding(name, given) for name, given in states.items())


def _binding(name: Any, given: Any) -> Binding:
    pair = given if isinstance(given, tuple) else (given, None)
    if len(pair) != 2 or not isinstance(name, str) or not isinstance(pair[0], str | int):
        raise _not_understood({name: given})
    output, initial = pair
    if initial is None:
        return Binding(name, output)
    data = initial.detach().cpu() if hasattr(initial, "detach") else initial
    return Binding(name, output, np.asarray(data))


def _not_understood(got: object) -> TcmError:
    return TcmError(
        "the states are not understood",
        where="state",
        expected="input -> output, or input -> (output, initial value)",
        got=repr(got)[:200],
        hint=HINT,
    )


def check_input(binding: Binding, inputs: Sequence[str]) -> None:
    if binding.input not in inputs:
        raise TcmError(
            f"there is no input '{binding.input}' to make a state of",
            where="state",
            expected=f"one of {', '.join(inputs)}",
            got=binding.input,
            hint=HINT,
        )


def output_places(bindings: Sequence[Binding], names: Sequence[Sequence[str]]) -> list[int]:
    """The place of each binding's output among the outputs, each of which goes by ``names``.

    Raises TcmError for an output that is not there, belongs to two states, or is the last one.
    """
    places = [_place(binding, names) for binding in bindings]
    for index, place in enumerate(places):
        if place in places[:index]:
            first = bindings[places.index(place)]
            raise TcmError(
                f"an output is the update of two states, '{first.input}' and "
                f"'{bindings[index].input}'",
                where="state",
                expected="an output for each state",
                got=f"output {place} ({_listed(names[place])}) twice",
                hint="let forward return an output of its own for each state",
            )
    if bindings and len(places) == len(names):
        raise TcmError(
            "every output is a state, so that nothing is left to return",
            where="state",
            expected="at least one output that is no state",
            got=f"{len(names)} outputs, {len(places)} states",
            hint="return what is of interest once more, for example h.clone()",
        )
    return places


def _place(binding: Binding, names: Sequence[Sequence[str]]) -> int:
    wanted = binding.output
    if isinstance(wanted, str):
        found = [place for place, known in enumerate(names) if wanted in known]
        if len(found) == 1:
            return found[0]
        if not found and wanted.isdecimal():
            wanted = int(wanted)
    if isinstance(wanted, int) and 0 <= wanted < len(names):
        return wanted
    listed = "; ".join(f"{place} ({_listed(known)})" for place, known in enumerate(names))
    raise TcmError(
        f"there is no one output '{wanted}' for state '{binding.input}'",
        where="state",
        expected=f"an output, by place or name: {listed}",
        got=wanted,
        hint=HINT,
    )


def _listed(names: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(names)) or "no name"


def initial_value(binding: Binding, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Of the type that the input has. Raises TcmError for an array of another shape or type."""
    data = binding.initial
    if data is None:
        return np.zeros(shape, dtype)
    if (data.shape, str(data.dtype)) != (shape, dtype):
        raise TcmError(
            f"state '{binding.input}' begins with an array that does not fit it",
            where="state",
            expected=f"{dtype} {list(shape)}",
            got=f"{data.dtype} {list(data.shape)}",
            hint="give the array the type and shape of the input that becomes the state",
        )
    return data
