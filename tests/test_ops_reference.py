"""torch.ops.tcm: schema, shape rule and reference of every operator agree, and the references of
convolutions, linear and pooling equal plain loops."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import plain_loops
import pytest
import torch
from hypothesis import given, settings
from layer_strategies import (
    Layer,
    avg_pool2d_layers,
    conv2d_layers,
    depthwise_conv2d_layers,
    linear_layers,
    max_pool2d_layers,
)

from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops import cases, definitions
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.integers.torch_convolution import accumulate
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.pytorch.library import register

register()
ALL_CASES = [
    pytest.param(case, id=f"{name}-{case.name}") for name in definitions() for case in cases(name)
]


def operator(op: Any) -> Any:
    return getattr(torch.ops.tcm, op.name).default


def fields(op: Any) -> dict[str, Any]:
    """The operator's fields as its schema has them: lists in place of tuples."""
    values = {item.name: getattr(op, item.name) for item in dataclasses.fields(op)}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }


def arguments(case: Case) -> tuple[torch.Tensor | None, ...]:
    data = (case.tensors[name] for name in case.op.tensor_names())
    return tuple(None if item is None else torch.from_numpy(item) for item in data)


def run(op: Any, *tensors: np.ndarray | None) -> np.ndarray:
    """torch.ops.tcm.<op> on NumPy data."""
    converted = (None if item is None else torch.from_numpy(item) for item in tensors)
    return operator(op)(*converted, **fields(op)).numpy()


@pytest.mark.parametrize("case", ALL_CASES)
def test_schema_and_fake_agree_with_eager(case: Case):
    torch.library.opcheck(
        operator(case.op),
        arguments(case),
        fields(case.op),
        test_utils=("test_schema", "test_faketensor"),
    )


@pytest.mark.parametrize("case", ALL_CASES)
def test_output_has_the_inferred_type(case: Case):
    types = {
        name: None if data is None else TensorType(data.shape, str(data.dtype))
        for name, data in case.tensors.items()
    }
    results = operator(case.op)(*arguments(case), **fields(case.op))
    outputs = results if isinstance(results, tuple) else (results,)
    for output, inferred in zip(outputs, case.op.infer(types), strict=True):
        assert tuple(output.shape) == inferred.shape
        assert str(output.dtype) == f"torch.{inferred.storage}"


@pytest.mark.parametrize("name", sorted(definitions()))
def test_schema_lists_tensors_then_fields_and_cases_are_distinct(name: str):
    op_class = definitions()[name].op
    schema = getattr(torch.ops.tcm, name).default._schema
    field_names = [item.name for item in dataclasses.fields(op_class)]
    assert [argument.name for argument in schema.arguments] == [
        *op_class.tensor_names(),
        *field_names,
    ]
    names = [case.name for case in cases(name)]
    assert names
    assert len(set(names)) == len(names)


@given(conv2d_layers())
@settings(max_examples=100, deadline=None)
def test_conv2d_equals_plain_loops(layer: Layer):
    op, tensors = layer
    np.testing.assert_array_equal(run(op, *tensors), plain_loops.conv2d(op, *tensors))


@given(depthwise_conv2d_layers())
@settings(max_examples=100, deadline=None)
def test_depthwise_conv2d_equals_plain_loops(layer: Layer):
    op, tensors = layer
    np.testing.assert_array_equal(run(op, *tensors), plain_loops.depthwise_conv2d(op, *tensors))


@given(linear_layers())
@settings(max_examples=100, deadline=None)
def test_linear_equals_plain_loops(layer: Layer):
    op, tensors = layer
    np.testing.assert_array_equal(run(op, *tensors), plain_loops.linear(op, *tensors))


@given(max_pool2d_layers())
@settings(max_examples=100, deadline=None)
def test_max_pool2d_equals_plain_loops(layer: Layer):
    op, tensors = layer
    np.testing.assert_array_equal(run(op, *tensors), plain_loops.max_pool2d(op, *tensors))


@given(avg_pool2d_layers())
@settings(max_examples=100, deadline=None)
def test_avg_pool2d_equals_plain_loops(layer: Layer):
    op, tensors = layer
    np.testing.assert_array_equal(run(op, *tensors), plain_loops.avg_pool2d(op, *tensors))


IDENTITY = (np.array([2**30], np.int32), np.array([1], np.int32))
"""The multiplier and shift of a requantization that changes nothing."""


def test_linear_is_exact_beyond_float32():
    """The bias leaves 5 of a sum of 2^26, to which float32 could not add 5."""
    features = 1031
    op = Linear(input_offset=128, weight_offset=128)
    largest = np.full((1, features), 127, np.int8)
    bias = np.array([5 - 255 * 255 * features], np.int32)
    assert run(op, largest, largest, bias, *IDENTITY).item() == 5


def test_conv2d_is_exact_beyond_float32():
    channels = 1031
    op = Conv2d(input_offset=128)
    largest = np.full((1, 1, 1, channels), 127, np.int8)
    bias = np.array([5 - 255 * 127 * channels], np.int32)
    assert run(op, largest, largest, bias, *IDENTITY).item() == 5


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
def test_convolutions_accumulate_exactly_without_onednn():
    """Without oneDNN and with a batch of 16, torch alone would take NNPACK's Winograd."""
    random = torch.Generator().manual_seed(0)
    input = torch.randint(-128, 128, (16, 12, 12, 32), generator=random, dtype=torch.int8)
    weight = torch.randint(-127, 128, (8, 32, 3, 3), generator=random, dtype=torch.int8)
    wide = (input.double() + 100).permute(0, 3, 1, 2)
    expected = torch.nn.functional.conv2d(wide, weight.double(), padding=1).permute(0, 2, 3, 1)
    with torch.backends.mkldnn.flags(enabled=False):
        sums = accumulate(Conv2d(padding=(1, 1, 1, 1)), input, weight, None, 100, groups=1)
    assert torch.equal(sums, expected.long())
