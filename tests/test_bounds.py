"""What operators say of the bounds of their outputs holds for their own cases."""

from __future__ import annotations

import numpy as np
import pytest

from torch_cortex_m import ops
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.integers.bounds import Bounds, of_constant, of_requantized
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.testing import run_cases

SAMPLE_OF_CASES = 10


def check(case: Case) -> None:
    """With the bounds of what the case has, and without those of any one argument."""
    graph = case_graph(case)
    (node,) = graph.nodes
    outputs = graph.output_types(node)
    if [type_.dtype for type_ in outputs] != ["int8"] or not outputs[0].shape:
        return
    types, constants = graph.present_types(node), graph.argument_constants(node)
    given = {
        name: of_constant(data)
        for name, data in case.tensors.items()
        if data is not None and types[name].dtype == "int8" and data.ndim > 0
    }
    (run,) = run_cases([case], on="reference")
    for left_out in (None, *given):
        known = {name: bounds for name, bounds in given.items() if name != left_out}
        bounds = node.op.bounds(types, constants, known)
        if bounds is not None:
            assert holds(bounds, run.outputs[0]), f"{case.name} without bounds of {left_out}"


def holds(bounds: Bounds, output: np.ndarray) -> bool:
    found = of_constant(output)
    same = bounds.low.shape == bounds.high.shape == found.low.shape
    return same and bool((bounds.low <= found.low).all() and (found.high <= bounds.high).all())


@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_outputs_of_cases_are_within_their_bounds(operator: str) -> None:
    cases = ops.cases(operator)
    for case in cases[:: -(-len(cases) // SAMPLE_OF_CASES)]:
        check(case)


@pytest.mark.slow
@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_outputs_of_all_cases_are_within_their_bounds(operator: str) -> None:
    for case in ops.cases(operator):
        check(case)


def test_a_dilated_window_may_step_over_the_input() -> None:
    fields = {"padding": (1, 0, 1, 0), "dilation": (2, 1)}
    case = max_pool_case("dilated", (1, 1, 4, 2), (2, 1), **fields)
    (run,) = run_cases([case], on="reference")
    assert (run.outputs[0] == -128).all(), "every window should be in the padding"
    check(case)


def test_nothing_is_known_of_sums_that_overflow() -> None:
    sums = Bounds(np.array([0, 0]), np.array([1 << 29, 1 << 30]))
    multipliers, shifts = np.full(2, 1 << 10, np.int32), np.ones(2, np.int32)
    bounds = of_requantized(sums, multipliers, shifts, 0)
    assert bounds.low.tolist() == [0, -128]
    assert bounds.high.tolist() == [512, 127]
