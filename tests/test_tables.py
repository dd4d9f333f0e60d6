"""Tables of real functions: their entries, their bounds, and models that have them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from conftest import needs_emulator
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import Quantization, TensorType
from torch_cortex_m.ops.integers.bounds import Bounds
from torch_cortex_m.ops.table.functions import FUNCTIONS, Function, entries
from torch_cortex_m.ops.table.op import Table

VALUES = range(-128, 128)


@given(
    st.sampled_from(FUNCTIONS),
    st.floats(2.0**-20, 2.0**20),
    st.integers(-128, 127),
    st.floats(2.0**-10, 1.0),
    st.integers(-128, 127),
)
def test_entries_are_the_rounded_real_values(
    function: Function, scale: float, zero_point: int, output_scale: float, output_zero_point: int
) -> None:
    """Half a step at most from the real value, or saturated where that is beyond int8."""
    output = Quantization(output_scale, output_zero_point)
    table = entries(function.evaluate, Quantization(scale, zero_point), output)
    given_function = getattr(torch.nn.functional, function.aten)
    reals = torch.tensor([(value - zero_point) * scale for value in VALUES], dtype=torch.float64)
    steps = given_function(reals).numpy() / output_scale + output_zero_point
    distance = np.abs(np.clip(steps, -128, 127) - np.array(table))
    assert (distance <= 0.5 + 1e-9 * np.maximum(1.0, np.abs(steps))).all()


def test_ties_go_to_the_even_entry() -> None:
    table = entries(lambda x: x, Quantization(0.5, 0), Quantization(1.0, 0))
    assert list(table) == [round(Fraction(value, 2)) for value in VALUES]


def test_entries_stay_within_the_limits() -> None:
    same = Quantization(1.0, 0)
    table = entries(lambda x: x, same, same, (-127, 100))
    assert (min(table), max(table), table[128]) == (-127, 100, 0)


def test_the_first_entry_is_for_the_least_value() -> None:
    function = next(function for function in FUNCTIONS if function.aten == "sigmoid")
    assert function.result is not None
    table = entries(function.evaluate, Quantization(0.1, 0), function.result)
    assert (table[0], table[128], table[255]) == (-128, 0, 127)


def test_bounds_are_those_of_the_entries_that_are_reached() -> None:
    op = Table(tuple(abs(value) - 1 for value in VALUES))
    types = {"input": TensorType((2, 4), "int8")}
    reached = Bounds(np.array([-128, -3, 5, 127]), np.array([127, 2, 9, 127]))
    bounds = op.bounds(types, {}, {"input": reached})
    assert bounds is not None
    assert bounds.low.tolist() == [-1, -1, 4, 126]
    assert bounds.high.tolist() == [127, 2, 8, 126]
    anything = op.bounds(types, {}, {})
    assert anything is not None
    assert (anything.low.tolist(), anything.high.tolist()) == ([-1] * 4, [127] * 4)


@pytest.mark.parametrize(
    ("table", "expected"),
    [(range(255), "256 entries"), ([128] + [0] * 255, "128"), ([0] * 255 + [-129], "-129")],
)
def test_a_table_that_does_not_fit_is_named(table: list[int], expected: str) -> None:
    with pytest.raises(TcmError, match=expected):
        Table(tuple(table))


@needs_emulator
@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m55"])
def test_a_model_with_functions_is_exact_everywhere(target: str) -> None:
    """Between convolutions, so that passes decide layouts and places around them."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.SiLU(), nn.Conv2d(4, 5, 3), nn.Tanh(), nn.Conv2d(5, 2, 1)
    )
    model.append(nn.Sigmoid())
    samples = [(torch.randn(1, 3, 8, 8),) for _ in range(4)]
    compiled = tcm.compile(model, samples[0], target=target, calibration=samples)
    assert [op for op in compiled.graph.nodes if op.op.name == "transpose"] == []
    images = torch.cat([image for (image,) in samples])
    assert compiled.verify(images, random=1, layers=True) == len(samples) + 1


@needs_emulator
def test_a_function_alone_is_within_one_step_of_the_float_model() -> None:
    inputs = (torch.linspace(-1.0, 1.0, 256).reshape(1, 256),)
    compiled = tcm.compile(nn.Sigmoid(), inputs, target="cortex-m4", calibration=[inputs])
    assert compiled.verify(*inputs, random=1) == 2
    assert float((compiled.run(*inputs) - torch.sigmoid(*inputs)).abs().max()) <= 1 / 256
