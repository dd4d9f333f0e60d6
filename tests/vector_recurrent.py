"""CMSIS-NN's unit-test vectors of operators that keep a state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from vector_source import Source

from torch_cortex_m.ops.base import Case
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
