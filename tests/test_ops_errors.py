"""Arguments that do not fit: the error says operator, argument, what was expected and got."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops import definition
from torch_cortex_m.ops.pytorch.library import register

register()

Types = dict[str, tuple[tuple[int, ...], str] | None]
SIX = ((6,), "int32")
CHANNELS: Types = {"bias": SIX, "multipliers": SIX, "shifts": SIX}
VALID: dict[str, Types] = {
    "conv2d": {"input": ((1, 5, 5, 4), "int8"), "weight": ((6, 3, 3, 4), "int8"), **CHANNELS},
    "depthwise_conv2d": {
        "input": ((1, 5, 5, 6), "int8"),
        "weight": ((1, 3, 3, 6), "int8"),
        **CHANNELS,
    },
    "linear": {"input": ((2, 8), "int8"), "weight": ((6, 8), "int8"), **CHANNELS},
    "avg_pool2d": {"input": ((1, 5, 5, 4), "int8")},
    "max_pool2d": {"input": ((1, 5, 5, 4), "int8")},
}
REQUIRED: dict[str, dict[str, Any]] = {"max_pool2d": {"kernel": (2, 2)}}
CONVOLUTIONS = ("conv2d", "depthwise_conv2d")
WEIGHTED = (*CONVOLUTIONS, "linear")
POOLS = ("avg_pool2d", "max_pool2d")
WINDOWED = CONVOLUTIONS + POOLS


def types_of(name: str, changes: Types) -> dict[str, TensorType | None]:
    merged = VALID[name] | changes
    return {key: None if value is None else TensorType(*value) for key, value in merged.items()}


def infer(name: str, fields: dict[str, Any], changes: Types) -> tuple[TensorType, ...]:
    op = definition(name).op(**REQUIRED.get(name, {}) | fields)
    return op.infer(types_of(name, changes))


def bad_fields() -> list[Any]:
    """(operators, field, value, argument named, expected, got)"""
    pair, four = "2 values of at least 1", "4 values of at least 0"
    activation = "activation_min, activation_max"
    ordered = "-128 <= activation_min <= activation_max <= 127"
    rows = [
        (WINDOWED, {"stride": (1,)}, "stride", pair, "(1,)"),
        (WINDOWED, {"stride": (0, 1)}, "stride", pair, "(0, 1)"),
        (WINDOWED, {"stride": (1, 1, 1)}, "stride", pair, "(1, 1, 1)"),
        (WINDOWED, {"padding": (1, 1)}, "padding", four, "(1, 1)"),
        (WINDOWED, {"padding": (0, 0, 0, -1)}, "padding", four, "(0, 0, 0, -1)"),
        ((*CONVOLUTIONS, "max_pool2d"), {"dilation": (0, 1)}, "dilation", pair, "(0, 1)"),
        ((*CONVOLUTIONS, "max_pool2d"), {"dilation": ()}, "dilation", pair, "()"),
        (POOLS, {"kernel": (2,)}, "kernel", pair, "(2,)"),
        (POOLS, {"kernel": (0, 2)}, "kernel", pair, "(0, 2)"),
        (VALID, {"activation_min": 5, "activation_max": 4}, activation, ordered, "(5, 4)"),
        (VALID, {"activation_min": -129}, activation, ordered, "(-129, 127)"),
        (VALID, {"activation_max": 128}, activation, ordered, "(-128, 128)"),
        (WEIGHTED, {"input_offset": 129}, "input_offset", "[-127, 128]", "129"),
        (WEIGHTED, {"output_offset": -129}, "output_offset", "[-128, 127]", "-129"),
        (["linear"], {"weight_offset": -128}, "weight_offset", "[-127, 128]", "-128"),
        (["conv2d"], {"groups": 0}, "groups", "at least 1", "0"),
        (["conv2d"], {"groups": 3}, "groups", "a divisor of the 4 input channels", "3"),
        (["conv2d"], {"groups": 4}, "groups", "a divisor of the 6 output channels", "4"),
        (["conv2d"], {"groups": 2}, "weight", "4 input channels / groups 2 = 2", "4 channels"),
        (["depthwise_conv2d"], {"depth_multiplier": 0}, "depth_multiplier", "at least 1", "0"),
        (["depthwise_conv2d"], {"depth_multiplier": 2}, "weight", "= 12 output", "6 output"),
        (["avg_pool2d"], {"padding_value": 128}, "padding_value", "[-128, 127]", "128"),
        (["avg_pool2d"], {"divisor_override": -1}, "divisor_override", "[0, ", "-1"),
        (["avg_pool2d"], {"adaptive_output": (1,)}, "adaptive_output", pair, "(1,)"),
        (["avg_pool2d"], {"adaptive_output": (0, 1)}, "adaptive_output", pair, "(0, 1)"),
        (
            ["avg_pool2d"],
            {"adaptive_output": (1, 1), "padding": (1, 0, 0, 0)},
            "padding",
            "no padding, since adaptive_output is given",
            "(1, 0, 0, 0)",
        ),
        (
            ["avg_pool2d"],
            {"kernel": (2, 2), "padding": (2, 0, 0, 0)},
            "padding",
            "every window of kernel (2, 2) meets the input",
            "(2, 0, 0, 0), input (5, 5)",
        ),
        (
            ["avg_pool2d"],
            {"kernel": (2, 2), "padding": (0, 0, 0, 2)},
            "padding",
            "every window of kernel (2, 2) meets the input",
            "(0, 0, 0, 2), input (5, 5)",
        ),
        (POOLS, {"kernel": (6, 1)}, "input", "the output is not empty", "input (5, 5)"),
        (CONVOLUTIONS, {"dilation": (3, 1)}, "input", "the output is not empty", "input (5, 5)"),
    ]
    return [
        pytest.param(name, fields, *rest, id=f"{name}-{fields}")
        for names, fields, *rest in rows
        for name in names
    ]


def bad_tensors() -> list[Any]:
    """(operators, argument, shape and dtype or None, expected, got)"""
    rows = [
        (VALID, "input", None, "a tensor", "nothing"),
        (WEIGHTED, "weight", None, "a tensor", "nothing"),
        (WEIGHTED, "multipliers", None, "a tensor", "nothing"),
        (VALID, "input", ((1, 5, 5, 4), "float32"), "int8", "float32"),
        (WEIGHTED, "weight", ((6, 3, 3, 4), "int32"), "int8", "int32"),
        (WEIGHTED, "bias", ((6,), "int8"), "int32", "int8"),
        (WEIGHTED, "shifts", ((6,), "float32"), "int32", "float32"),
        (VALID, "input", ((0, 5, 5, 4), "int8"), "sizes of at least 1", "(0, 5, 5, 4)"),
        (WEIGHTED, "bias", ((0,), "int32"), "sizes of at least 1", "(0,)"),
        (WINDOWED, "input", ((5, 5, 4), "int8"), "rank 4", "rank 3, shape (5, 5, 4)"),
        (CONVOLUTIONS, "weight", ((3, 3, 6), "int8"), "rank 4", "rank 3, shape (3, 3, 6)"),
        (["linear"], "weight", ((6,), "int8"), "rank 2", "rank 1, shape (6,)"),
        (["linear"], "input", ((), "int8"), "rank 1 or more", "rank 0, shape ()"),
        (["linear"], "input", ((2, 9), "int8"), "last dimension of size 8", "(2, 9)"),
        (WEIGHTED, "bias", ((5,), "int32"), "(6,)", "(5,)"),
        (WEIGHTED, "multipliers", ((1,), "int32"), "(6,)", "(1,)"),
        (WEIGHTED, "shifts", ((6, 1), "int32"), "(6,)", "(6, 1)"),
        (
            ["depthwise_conv2d"],
            "weight",
            ((6, 3, 3, 1), "int8"),
            "dimension 0 of size 1",
            "(6, 3, 3, 1)",
        ),
        (["depthwise_conv2d"], "weight", ((1, 3, 3, 7), "int8"), "= 6 output", "7 output"),
        (["conv2d"], "weight", ((6, 3, 3, 3), "int8"), "= 4 channels", "3 channels"),
        (["conv2d"], "input", ((1, 2, 5, 4), "int8"), "output is not empty", "input (2, 5)"),
        (["depthwise_conv2d"], "input", ((1, 5, 2, 6), "int8"), "is not empty", "input (5, 2)"),
    ]
    return [
        pytest.param(name, {argument: tensor}, argument, *rest, id=f"{name}-{argument}-{tensor}")
        for names, argument, tensor, *rest in rows
        for name in names
    ]


def check(error: TcmError, name: str, argument: str, expected: str, got: str) -> None:
    assert error.what == f"{name}: argument '{argument}' does not fit"
    assert expected in str(error.expected)
    assert got in str(error.got)
    assert f"expected: {error.expected}" in str(error)
    assert f"got: {error.got}" in str(error)


@pytest.mark.parametrize("name", VALID)
def test_the_unchanged_arguments_fit(name: str):
    assert all(min(type_.shape) >= 1 for type_ in infer(name, {}, {}))


@pytest.mark.parametrize(("name", "fields", "argument", "expected", "got"), bad_fields())
def test_bad_field(name: str, fields: dict[str, Any], argument: str, expected: str, got: str):
    with pytest.raises(TcmError) as raised:
        infer(name, fields, {})
    check(raised.value, name, argument, expected, got)


@pytest.mark.parametrize(("name", "changes", "argument", "expected", "got"), bad_tensors())
def test_bad_tensor(name: str, changes: Types, argument: str, expected: str, got: str):
    with pytest.raises(TcmError) as raised:
        infer(name, {}, changes)
    check(raised.value, name, argument, expected, got)


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("name", VALID)
def test_torch_operators_check_at_run_time(name: str, device: str):
    """The same error from the custom operator, on data and on shapes alone."""
    tensors = [
        torch.zeros(type_.shape, dtype=getattr(torch, type_.dtype), device=device)
        for type_ in types_of(name, {"input": ((1, 5, 5, 4), "int32")}).values()
        if type_ is not None
    ]
    with pytest.raises(TcmError) as raised:
        getattr(torch.ops.tcm, name)(*tensors, **REQUIRED.get(name, {}))
    check(raised.value, name, "input", "int8", "int32")
