"""CMSIS-NN's unit-test vectors of operators that keep a state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from vector_source import Source

from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.lstm.op import Lstm
from torch_cortex_m.ops.svdf.op import Svdf
from torch_cortex_m.testing import run_cases


def svdf_cases(source: Source) -> list[tuple[Case, np.ndarray]]:
    """A case for each input of the sequence, on the reference's state after the one before it; the
    expected output of all but the last is the reference's."""
    op = Svdf(
        rank=source.number("rank"),
        input_offset=source.number("input_offset"),
        feature_multiplier=source.number("multiplier_in"),
        feature_shift=source.number("shift_1"),
        output_multiplier=source.number("multiplier_out"),
        output_shift=source.number("shift_2"),
        output_offset=source.number("output_offset"),
    )
    batches, features = source.number("input_batches"), source.number("input_size")
    filters, memory = source.number("feature_batches"), source.number("time_batches")
    time_weight = source.array("weights_time", (filters, memory))
    limits = np.iinfo(time_weight.dtype)
    assert source.pair("in_activation_min", "in_activation_max") == (limits.min, limits.max)
    inputs = source.arrays["input_sequence"].reshape(-1, batches, features)
    tensors = {
        "input": inputs[0],
        "state": np.zeros((batches, filters * memory), time_weight.dtype),
        "feature_weight": source.array("weights_feature", (filters, features)),
        "time_weight": time_weight,
        "bias": source.bias(filters // op.rank),
    }
    case = Case(source.name, op, tensors, ("input", "state"))
    cases: list[tuple[Case, np.ndarray]] = []
    for step in inputs:
        case = replace(case, tensors={**case.tensors, "input": step})
        output, state = run_cases([case], on="reference")[0].outputs
        cases.append((case, output))
        case = replace(case, tensors={**case.tensors, "state": state})
    cases[-1] = (cases[-1][0], source.tensor("output", (batches, filters // op.rank)))
    return cases


GATE_NAMES = ("input", "forget", "cell", "output")
FORGET_TO_CELL = (1 << 30, -14)
"""2^-15: the forget gate's scale, as the cell's scale is on both sides."""


def lstm_cases(source: Source) -> list[tuple[Case, np.ndarray]]:
    """All tests begin with a cell of zeros and without hidden values."""
    assert source.pair("forget_to_cell_multiplier", "forget_to_cell_shift") == FORGET_TO_CELL
    op = Lstm(
        input_offset=source.number("input_zero_point"),
        hidden_zero_point=source.number("output_zero_point"),
        cell_power=source.number("cell_scale_power"),
        cell_multiplier=source.number("input_to_cell_multiplier"),
        cell_shift=source.number("input_to_cell_shift"),
        cell_clip=source.number("cell_clip"),
        hidden_multiplier=source.number("output_multiplier"),
        hidden_shift=source.number("output_shift"),
        time_major=bool(source.params.get("time_major", 0)),
    )
    batches, steps = source.number("batch_size"), source.number("time_steps")
    dtype = source.arrays["input_tensor"].dtype
    features, units = source.number("input_size"), source.number("hidden_size")
    leading = (steps, batches) if op.time_major else (batches, steps)
    bias = [source.array(f"{gate}_gate_bias", (units,)) for gate in GATE_NAMES]
    tensors = {
        "input": source.array("input_tensor", (*leading, features)),
        "initial_hidden": np.full((batches, units), op.hidden_zero_point, dtype),
        "initial_cell": np.zeros((batches, units), np.int16),
        "input_weight": _gate_weights(source, "input", units, features),
        "recurrent_weight": _gate_weights(source, "hidden", units, units),
        "bias": np.concatenate(bias),
        **_requantization(source, "input", "input"),
        **_requantization(source, "hidden", "recurrent"),
    }
    case = Case(source.name, op, tensors, ("input", "initial_hidden", "initial_cell"))
    return [(case, source.tensor("output", (*leading, units)))]


def _gate_weights(source: Source, kind: str, units: int, features: int) -> np.ndarray:
    names = [f"{gate}_gate_{kind}_weights" for gate in GATE_NAMES]
    return np.concatenate([source.array(name, (units, features)) for name in names])


def _requantization(source: Source, kind: str, ours: str) -> dict[str, np.ndarray]:
    return {
        f"{ours}_{name}s": np.array(
            [source.number(f"{gate}_gate_{kind}_{name}") for gate in GATE_NAMES], np.int32
        )
        for name in ("multiplier", "shift")
    }
