"""Softmax against a model in plain Python and against floating point."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.ao.quantization.fx._decomposed  # registers torch.ops.quantized_decomposed
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from plain_integers import softmax_model
from references import reference

from torch_cortex_m.ops.rules.exponentials import exponential_scaling
from torch_cortex_m.ops.softmax.op import Softmax


@settings(deadline=None)
@given(st.lists(st.integers(-128, 127), min_size=1, max_size=12), st.floats(1e-9, 1e3))
def test_softmax_is_the_model(row: list[int], scale: float):
    op = Softmax(*exponential_scaling(scale))
    assert reference(op, np.array(row, np.int8)).tolist() == softmax_model(op, row)


@settings(deadline=None)
@given(
    arrays.arrays(np.int8, st.tuples(st.integers(1, 3), st.integers(1, 700))), st.floats(1e-5, 5)
)
def test_softmax_is_close_to_floating_point(values: np.ndarray, scale: float):
    actual = reference(Softmax(*exponential_scaling(scale)), values).astype(int)
    exact = torch.softmax(torch.from_numpy(values).to(torch.float64) * scale, -1).numpy()
    assert np.abs(actual - np.minimum(exact * 256 - 128, 127)).max() < 1


@pytest.mark.parametrize("size", [1, 2, 255, 256, 511, 512, 513, 4095, 4096, 8191])
def test_softmax_of_equal_values(size: int):
    actual = reference(Softmax(*exponential_scaling(0.1)), np.full((1, size), 9, np.int8))
    exact = min(256 / size - 128, 127)
    assert np.abs(actual - exact).max() <= 0.5


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (1.0, (1 << 30, 27, -15)),
        (1 / 256, (1 << 30, 19, -3968)),
        (1 / 255, (1077952576, 19, -3968)),
        (2.0**-26, (1 << 30, 1, -1040187392)),
        (2.0**-29, (1 << 28, 0, -2080374784)),
        (1e9, ((1 << 31) - 1, 31, 0)),
    ],
)
def test_softmax_scaling(scale: float, expected: tuple[int, int, int]):
    assert exponential_scaling(scale) == expected


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_softmax_scaling_rejects(scale: float):
    with pytest.raises(ValueError, match="finite and positive"):
        exponential_scaling(scale)
