"""Multipliers, requantization, quantization and addition, against plain models of their own."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.ao.quantization.fx._decomposed  # registers torch.ops.quantized_decomposed
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from plain_integers import requantize_model, wrap
from references import counting, reference

from torch_cortex_m.ops import definition
from torch_cortex_m.ops.add.op import Add
from torch_cortex_m.ops.dequantize.op import Dequantize
from torch_cortex_m.ops.integers.arithmetic import (
    dequantize_array,
    quantize_array,
    quantize_multiplier,
    quantize_multipliers,
)
from torch_cortex_m.ops.integers.torch_arithmetic import requantize
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.rules.scaled_operands import rescaling

decomposed = torch.ops.quantized_decomposed
INT32 = st.integers(-(1 << 31), (1 << 31) - 1)
SCALES = st.floats(1e-8, 1e4)


# Multipliers and requantization.


@settings(deadline=None)
@given(st.floats(2.0**-30, 2.0**40))
def test_quantize_multiplier_is_the_nearest(real: float):
    multiplier, shift = quantize_multiplier(real)
    assert 1 << 30 <= multiplier < 1 << 31
    exact = Fraction(real) * Fraction(2) ** (31 - shift)
    assert abs(multiplier - exact) <= Fraction(1, 2) or exact > (1 << 31) - 1


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (-0.0, (0, 0)),
        (1.0, (1 << 30, 1)),
        (0.5, (1 << 30, 0)),
        (2.0**-10, (1 << 30, -9)),
        (2.0**20, (1 << 30, 21)),
        (1 - 2.0**-53, (1 << 30, 1)),
        (1 - 2.0**-31, ((1 << 31) - 1, 0)),
        (0.5 + 2.0**-33, (1 << 30, 0)),
        (0.5 + 2.0**-32, ((1 << 30) + 1, 0)),
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),
        (5e-324, (0, 0)),
        (2.0**1000, (1 << 30, 1001)),
    ],
)
def test_quantize_multiplier_edges(real: float, expected: tuple[int, int]):
    assert quantize_multiplier(real) == expected
    multipliers, shifts = quantize_multipliers(np.array([real, real]))
    assert multipliers.tolist() == [expected[0]] * 2
    assert shifts.tolist() == [expected[1]] * 2


@pytest.mark.parametrize("real", [math.nan, math.inf, -math.inf, -1.0, -5e-324])
def test_quantize_multiplier_rejects(real: float):
    with pytest.raises(ValueError, match="finite and not negative"):
        quantize_multiplier(real)


@settings(deadline=None)
@given(
    st.lists(st.tuples(INT32, INT32.filter(lambda m: m > -(1 << 31))), min_size=1, max_size=20),
)
def test_requantize_is_the_model_for_every_shift(pairs: list[tuple[int, int]]):
    values, multipliers = torch.tensor(pairs, dtype=torch.int64).unbind(1)
    shifts = torch.arange(-31, 31).unsqueeze(1)
    expected = [[requantize_model(v, m, int(s)) for v, m in pairs] for s in shifts]
    assert requantize(values, multipliers, shifts).tolist() == expected


@pytest.mark.parametrize("shift", range(-31, 31))
def test_requantize_ties(shift: int):
    """Values around each tie of both roundings."""
    near = [sign * (1 << bit) + d for sign in (-1, 1) for bit in range(31) for d in (-1, 0, 1)]
    ties = [value // 2 * 3 for value in near]
    values = torch.tensor(near + ties)
    for multiplier in (1 << 30, 3 << 29, (1 << 31) - 1, -(1 << 30)):
        expected = [requantize_model(value, multiplier, shift) for value in values.tolist()]
        assert (
            requantize(values, torch.tensor(multiplier), torch.tensor(shift)).tolist() == expected
        )


def test_requantize_by_one_is_the_identity():
    values = counting((256,))
    assert np.array_equal(reference(definition("requantize").op(), values), values)


# quantize and dequantize.


FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
NEAR_HALVES = st.builds(
    lambda k, e: (k + 0.5) * (1 + e * 2.0**-23), st.integers(-300, 300), st.integers(-2, 2)
)


@settings(deadline=None)
@given(
    arrays.arrays(np.float32, 19, elements=FINITE),
    st.lists(NEAR_HALVES, min_size=19, max_size=19),
    SCALES,
    st.integers(-128, 127),
)
def test_quantize_is_pt2es(anything, halves, scale: float, zero_point: int):
    op = Quantize(scale, zero_point)
    for values in (anything, (np.array(halves) * scale).astype(np.float32)):
        expected = decomposed.quantize_per_tensor(
            torch.from_numpy(values), scale, zero_point, -128, 127, torch.int8
        ).numpy()
        assert np.array_equal(reference(op, values), expected)
        assert np.array_equal(quantize_array(values, scale, zero_point), expected)


def test_quantize_not_finite():
    values = np.array([np.nan, -np.nan, np.inf, -np.inf], np.float32)
    for actual in (reference(Quantize(0.1, 3), values), quantize_array(values, 0.1, 3)):
        assert actual.tolist() == [3, 3, 127, -128]


@settings(deadline=None)
@given(SCALES, st.integers(-128, 127))
def test_dequantize_is_one_multiplication(scale: float, zero_point: int):
    values = counting((256,))
    expected = np.array([np.float32(scale) * np.float32(int(v) - zero_point) for v in values])
    pt2e = decomposed.dequantize_per_tensor(
        torch.from_numpy(values), scale, zero_point, -128, 127, torch.int8
    )
    assert np.array_equal(pt2e.numpy(), expected)
    assert np.array_equal(reference(Dequantize(scale, zero_point), values), expected)
    assert np.array_equal(dequantize_array(values, scale, zero_point), expected)
    assert np.array_equal(quantize_array(expected, scale, zero_point), values)


# add.


@settings(deadline=None)
@given(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=6, max_side=4), st.data())
def test_add_broadcasts_and_is_close_to_the_real_sum(shapes, data: st.DataObject):
    first, second = (counting(shape) for shape in shapes.input_shapes)
    scales = data.draw(st.tuples(*[st.floats(0.01, 1.0)] * 3))
    zero_points = data.draw(st.tuples(*[st.integers(-128, 127)] * 3))
    op = Add(
        **rescaling(*scales),
        input_offset=-zero_points[0],
        other_offset=-zero_points[1],
        output_offset=zero_points[2],
    )
    actual = reference(op, first, second)
    assert actual.shape == shapes.result_shape
    real = sum(
        scale * (values.astype(float) - zero_point)
        for values, scale, zero_point in zip((first, second), scales, zero_points, strict=False)
    )
    exact = np.clip(real / scales[2] + zero_points[2], -128, 127)
    assert np.abs(actual - exact).max() <= 0.51


@settings(deadline=None)
@given(INT32, st.integers(-31, 30), INT32, st.integers(-31, 30), st.integers(0, 31))
def test_add_is_the_model(first: int, first_shift: int, second: int, second_shift: int, left: int):
    first, second = max(first, 1 - (1 << 31)), max(second, 1 - (1 << 31))
    op = Add(
        left_shift=left,
        input_offset=5,
        input_multiplier=first,
        input_shift=first_shift,
        other_offset=-7,
        other_multiplier=second,
        other_shift=second_shift,
        output_offset=3,
        output_multiplier=second,
        output_shift=first_shift,
    )
    values = counting((40,))
    expected = []
    for value in values.tolist():
        a = requantize_model(wrap((value + 5) << left), first, first_shift)
        b = requantize_model(wrap((value - 7) << left), second, second_shift)
        total = wrap(requantize_model(wrap(a + b), second, first_shift) + 3)
        expected.append(min(max(total, -128), 127))
    assert reference(op, values, values).tolist() == expected
