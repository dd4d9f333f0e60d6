"""Recurrent operators: laws that hold for any layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from torch_cortex_m import ops
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.integers.arithmetic import requantize_array
from torch_cortex_m.testing import run_cases

STATES = {
    "lstm": {"initial_hidden": 1, "initial_cell": 2},
    "gru": {"initial_state": 1},
    "rnn": {},
}
"""Argument -> the place of the result that continues it; those of rnn are its output's last."""


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


SIGMOID_ERROR = 2 * 2.0**-12 / 4 + 1.02 * 2.0**-15
TANH_ERROR = 2 * 2.0**-12 + 1.48 * 2.0**-15
CANDIDATE_ERROR = 2.5 * 2.0**-12 + 8 * SIGMOID_ERROR + 1.48 * 2.0**-15
"""See docs/recurrent.md."""


def one_step(case: Case) -> Case:
    return part(case, 0, 1, {})


def real_sums(case: Case, kind: str, values: np.ndarray, bias: str, unit: float) -> np.ndarray:
    """[B, gates, S], before anything is rounded."""
    data = {name: each for name, each in case.tensors.items() if each is not None}
    sums = values @ data[f"{kind}_weight"].astype(np.int64).T
    if bias:
        sums = sums + data[bias]
    scales = data[f"{kind}_multipliers"] * 2.0 ** (data[f"{kind}_shifts"] - 31.0) * unit
    return sums.reshape(len(values), len(scales), -1) * scales[:, None]


def input_of(case: Case) -> np.ndarray:
    """[B, I] of the only step, without the zero point."""
    input = case.tensors["input"]
    assert input is not None
    return input.reshape(-1, input.shape[-1]).astype(np.int64) + case.op.input_offset


def hidden_of(op: Any, state: np.ndarray) -> np.ndarray:
    """The int8 form of gru's state, without the zero point."""
    scaled = requantize_array(
        state.astype(np.int64), np.array(op.hidden_multiplier), np.array(op.hidden_shift)
    )
    return np.clip(scaled + op.hidden_zero_point, -128, 127) - op.hidden_zero_point


def logistic(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(x / 2))


def test_a_step_of_gru_is_within_its_bound() -> None:
    count = 0
    for case in map(one_step, ops.cases("gru")):
        op, step = case.op, 2.0**case.op.state_power
        state = case.tensors["initial_state"]
        assert state is not None
        w = real_sums(case, "input", input_of(case), "bias", 2.0**-12)
        u = real_sums(case, "recurrent", hidden_of(op, state), "recurrent_bias", 2.0**-12)
        r, z = logistic(w[:, 0] + u[:, 0]), logistic(w[:, 1] + u[:, 1])
        n, h = np.tanh(w[:, 2] + r * u[:, 2]), state * step
        bound = (1 - z) * CANDIDATE_ERROR + np.abs(n - h) * SIGMOID_ERROR + step
        inside = (np.maximum(np.abs(w), np.abs(u)).max(1) < 7.9) & (np.abs(w + u).max(1) < 7.9)
        error = np.abs(run(case)[1] * step - (n + z * (h - n)))
        assert (error <= bound)[inside].all(), case.name
        count += int(inside.sum())
    assert count > 100


def test_a_step_of_rnn_is_within_its_bound() -> None:
    count = 0
    for case in map(one_step, ops.cases("rnn")):
        op = case.op
        hidden = case.tensors["initial_hidden"]
        assert hidden is not None
        unit = 1.0 if op.relu else 2.0**-12
        w = real_sums(case, "input", input_of(case), "bias", unit)[:, 0]
        u = real_sums(case, "recurrent", hidden.astype(np.int64) - op.hidden_zero_point, "", unit)[
            :, 0
        ]
        exact = np.maximum(w + u, 0) if op.relu else 2.0**15 * np.tanh(w + u)
        scale = op.hidden_multiplier * 2.0 ** (op.hidden_shift - 31.0)
        right = np.clip(exact * scale, *(each - op.hidden_zero_point for each in (-128, 127)))
        got = run(case)[0].reshape(right.shape).astype(np.int64) - op.hidden_zero_point
        bound = 1 + scale * (2 if op.relu else 2.0**15 * TANH_ERROR)
        largest = 32700 if op.relu else 7.9
        inside = np.maximum(np.maximum(np.abs(w), np.abs(u)), np.abs(w + u)) < largest
        assert (np.abs(got - right) <= bound)[inside].all(), case.name
        count += int(inside.sum())
    assert count > 100
