"""Recurrent operators: laws that hold for any layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from torch_cortex_m import ops
from torch_cortex_m.ops.base import Case
from torch_cortex_m.testing import run_cases

STATES = {
    "lstm": {"initial_hidden": 1, "initial_cell": 2},
    "gru": {"initial_state": 1},
    "rnn": {},
}
"""Argument -> the place of the result that continues it; the hidden values of rnn are its output."""


def part(case: Case, begin: int, end: int, states: dict[str, np.ndarray]) -> Case:
    axis = 0 if case.op.time_major else 1
    steps = case.tensors["input"]
    assert steps is not None
    chosen = np.ascontiguousarray(steps.take(range(begin, end), axis))
    return replace(case, tensors={**case.tensors, "input": chosen, **states})


def run(case: Case) -> tuple[np.ndarray, ...]:
    return run_cases([case], on="reference")[0].outputs


@pytest.mark.parametrize("operator", STATES)
def test_a_sequence_in_parts_is_the_sequence(operator: str) -> None:
    """Bit for bit: all that a layer keeps is in its states."""
    for case in ops.cases(operator):
        axis = 0 if case.op.time_major else 1
        count = case.tensors["input"].shape[axis]
        if count == 1:
            continue
        whole = run(case)
        first = run(part(case, 0, count // 2, {}))
        states = {name: first[place] for name, place in STATES[operator].items()}
        if operator == "rnn":
            states = {"initial_hidden": first[0].take(-1, axis)}
        second = run(part(case, count // 2, count, states))
        joined = np.concatenate([first[0], second[0]], axis)
        np.testing.assert_array_equal(joined, whole[0], case.name)
        for one, other in zip(second[1:], whole[1:], strict=True):
            np.testing.assert_array_equal(one, other, case.name)


def test_a_slow_state_of_gru_is_not_lost() -> None:
    """With an update gate of 0.995 a step moves the state by less than a step of int8, and still
    goes to the candidate."""
    state = np.zeros((1, 1), np.int16)
    case = next(case for case in ops.cases("gru") if case.name == "1_of_everything")
    steps = 300
    zero = np.zeros((3, 1), np.int8)
    tensors = {
        **case.tensors,
        "input": np.zeros((1, steps, 1), np.int8),
        "initial_state": state,
        "input_weight": zero,
        "recurrent_weight": zero,
        "bias": np.array([0, round(5.3 * 4096), round(0.5 * 4096)], np.int32),
        "recurrent_bias": np.zeros(3, np.int32),
        **{f"{kind}_multipliers": np.full(3, 1 << 30, np.int32) for kind in ("input", "recurrent")},
        **{f"{kind}_shifts": np.ones(3, np.int32) for kind in ("input", "recurrent")},
    }
    output, last = run(replace(case, tensors=tensors))
    exact = np.tanh(0.5) * (1 - (1 / (1 + np.exp(-5.3))) ** steps)
    assert abs(last[0, 0] / 32768 - exact) < 0.02
    assert output[0, 100, 0] != output[0, 0, 0]
