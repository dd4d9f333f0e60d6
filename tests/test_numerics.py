"""The integer arithmetic that everything rests on, against plain models of its own."""

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
from plain_integers import requantize_model, softmax_model, wrap

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops import definition, part
from torch_cortex_m.ops.add.op import Add
from torch_cortex_m.ops.dequantize.op import Dequantize
from torch_cortex_m.ops.integers.arithmetic import (
    dequantize_array,
    quantize_array,
    quantize_multiplier,
    quantize_multipliers,
)
from torch_cortex_m.ops.integers.torch_arithmetic import requantize
from torch_cortex_m.ops.pad.op import Pad
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.rules.exponentials import exponential_scaling
from torch_cortex_m.ops.rules.scaled_operands import rescaling
from torch_cortex_m.ops.rules.strides import loop_constants, row_major_strides
from torch_cortex_m.ops.softmax.op import Softmax
from torch_cortex_m.ops.transpose.op import Transpose

decomposed = torch.ops.quantized_decomposed
INT32 = st.integers(-(1 << 31), (1 << 31) - 1)
SCALES = st.floats(1e-8, 1e4)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=6, max_side=4)


def reference(op, *tensors: np.ndarray) -> np.ndarray:
    """The operator's reference on NumPy arrays."""
    module = part(op.name, "reference")
    assert module is not None
    return module.reference(op, *(torch.from_numpy(tensor) for tensor in tensors)).numpy()


def counting(shape: tuple[int, ...]) -> np.ndarray:
    """int8 data in which neighbours differ."""
    return (np.arange(math.prod(shape)) * 7 % 256 - 128).astype(np.int8).reshape(shape)


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


# softmax.


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


# add, transpose, pad.


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


@settings(deadline=None)
@given(SHAPES, st.randoms(use_true_random=False))
def test_transpose_is_numpys(shape: tuple[int, ...], random):
    permutation = random.sample(range(len(shape)), len(shape))
    values = counting(shape)
    actual = reference(Transpose(tuple(permutation)), values)
    assert np.array_equal(actual, values.transpose(permutation))


@settings(deadline=None)
@given(SHAPES, st.data())
def test_pad_is_numpys(shape: tuple[int, ...], data: st.DataObject):
    counts = st.integers(0, 2)
    pairs = data.draw(st.tuples(*(st.tuples(counts, counts) for _ in shape)))
    values, value = counting(shape), data.draw(st.integers(-128, 127))
    actual = reference(Pad(sum(pairs, ()), value), values)
    expected = np.pad(values, pairs, constant_values=value) if shape else values
    assert np.array_equal(actual, expected)


def test_loops_over_contiguous_tensors_are_one():
    shape = (2, 1, 3, 4)
    strides = row_major_strides(shape)
    constants = loop_constants(shape, {"input": strides, "other": strides})
    assert [constants[f"size_{level}"] for level in range(6)] == [1, 1, 1, 1, 1, 24]
    assert constants["input_stride_5"] == constants["other_stride_5"] == 1


# Mistakes.

MULTIPLIERS = rescaling(0.1, 0.1, 0.1)


@pytest.mark.parametrize(
    ("make", "shapes", "message"),
    [
        (lambda: Pad((1, -1)), [(3,)], "non-negative"),
        (lambda: Pad((1, 1)), [(3, 3)], "4 values"),
        (lambda: Pad((0, 0), 128), [(3,)], r"\[-128, 127\]"),
        (lambda: Transpose((0, 0)), [(3, 3)], "each of 0"),
        (lambda: Transpose((1, 0)), [(3,)], "rank 2"),
        (lambda: Transpose(tuple(range(7))), [(1,) * 7], "rank 6 at most"),
        (lambda: Reshape((4,)), [(3,)], "3 elements"),
        (lambda: Reshape((-1,)), [(3,)], "at least 1"),
        (lambda: Softmax(1 << 30, 20, -9), [(2, 8192)], "1 to 8191"),
        (lambda: Softmax(1 << 30, 20, -9), [()], "1 to 8191"),
        (lambda: Softmax(-1, 20, -9), [(3,)], "input_multiplier"),
        (lambda: Quantize(0.0, 0), [(3,)], "scale"),
        (lambda: Dequantize(math.nan, 0), [(3,)], "scale"),
        (lambda: Quantize(0.1, 128), [(3,)], "zero_point"),
        (lambda: Add(**MULTIPLIERS), [(2, 3), (2,)], "broadcasts with"),
        (lambda: Add(**MULTIPLIERS), [(1,) * 7, ()], "rank 6 at most"),
        (lambda: Add(**MULTIPLIERS | {"input_shift": 31}), [(3,), (3,)], "input_shift"),
    ],
)
def test_mistakes_are_named(make, shapes: list[tuple[int, ...]], message: str):
    with pytest.raises(TcmError, match=message):
        infer(make, shapes)


def infer(make, shapes: list[tuple[int, ...]]) -> tuple[TensorType, ...]:
    op = make()
    required = [argument for argument in op.tensors if not argument.optional]
    arguments = zip(required, shapes, strict=True)
    return op.infer(
        {argument.name: TensorType(shape, argument.dtypes[0]) for argument, shape in arguments}
    )
