"""Operators that move elements against NumPy, and operators' rules of shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from references import counting, reference

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops.add.op import Add
from torch_cortex_m.ops.dequantize.op import Dequantize
from torch_cortex_m.ops.pad.op import Pad
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.rules.scaled_operands import rescaling
from torch_cortex_m.ops.rules.strides import loop_constants, row_major_strides
from torch_cortex_m.ops.softmax.op import Softmax
from torch_cortex_m.ops.transpose.op import Transpose

SHAPES = arrays.array_shapes(min_dims=0, max_dims=6, max_side=4)


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
