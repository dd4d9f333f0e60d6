"""Pooling against PyTorch's: the same windows and divisors, whatever the geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_strategies import int8, int8_images

from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops import part
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d

spans = st.integers(1, 14)
kernels = st.tuples(st.integers(1, 5), st.integers(1, 5))
strides = st.tuples(st.integers(1, 4), st.integers(1, 4))
ROUNDING = 0.5 + 1e-9


def reference(op: Any, input: np.ndarray) -> torch.Tensor:
    """The reference's int8 output, permuted to PyTorch's NCHW, as float64."""
    module = part(op.name, "reference")
    assert module is not None
    output = module.reference(op, torch.from_numpy(input))
    (inferred,) = op.infer({"input": TensorType(input.shape)})
    assert tuple(output.shape) == inferred.shape
    return output.permute(0, 3, 1, 2).double()


def to_float(input: np.ndarray, zero_point: int) -> torch.Tensor:
    """Dequantized with scale 1, in PyTorch's NCHW."""
    return torch.from_numpy(input).permute(0, 3, 1, 2).double() - zero_point


@st.composite
def pooling(draw: st.DrawFn, dilated: bool) -> tuple[np.ndarray, dict[str, Any], dict[str, Any]]:
    """An input, and a pooling's arguments in PyTorch's form and as fields of the operator."""
    kernel, stride, ceil_mode = draw(kernels), draw(strides), draw(st.booleans())
    dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) if dilated else (1, 1)
    # PyTorch allows padding up to half of the kernel.
    padding = tuple(draw(st.integers(0, size // 2)) for size in kernel)
    shape = [draw(st.integers(1, 2))]
    for axis in range(2):
        extent = dilation[axis] * (kernel[axis] - 1) + 1
        shape.append(max(1, extent - 2 * padding[axis]) + draw(st.integers(0, 9)))
    input = draw(int8_images((*shape, draw(st.integers(1, 3)))))
    theirs = {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    ours = {"kernel": kernel, "stride": stride, "padding": padding * 2, "ceil_mode": ceil_mode}
    if dilated:
        theirs["dilation"] = ours["dilation"] = dilation
    return input, theirs, ours


@given(pooling(dilated=True))
@settings(max_examples=300, deadline=None)
def test_max_pool2d_equals_pytorch(layer: tuple[np.ndarray, dict[str, Any], dict[str, Any]]):
    input, theirs, ours = layer
    expected = torch.nn.functional.max_pool2d(to_float(input, 0), **theirs)
    # A dilated window may miss the input; PyTorch then has minus infinity, int8 saturates.
    assert torch.equal(reference(MaxPool2d(**ours), input), expected.clamp(min=-128))


@given(
    pooling(dilated=False), int8, st.booleans(), st.sampled_from([None, None, 1, 2, 7, 25, 1000])
)
@settings(max_examples=300, deadline=None)
def test_avg_pool2d_equals_pytorch_rounded(
    layer: tuple[np.ndarray, dict[str, Any], dict[str, Any]],
    zero_point: int,
    count_include_pad: bool,
    divisor: int | None,
):
    input, theirs, ours = layer
    expected = torch.nn.functional.avg_pool2d(
        to_float(input, zero_point),
        **theirs,
        count_include_pad=count_include_pad,
        divisor_override=divisor,
    )
    op = AvgPool2d(
        **ours,
        count_include_pad=count_include_pad,
        divisor_override=divisor or 0,
        padding_value=zero_point,
    )
    difference = reference(op, input) - (expected + zero_point).clamp(-128, 127)
    assert difference.abs().max() <= ROUNDING


@given(st.data(), st.tuples(spans, spans), st.tuples(spans, spans))
@settings(max_examples=300, deadline=None)
def test_adaptive_average_equals_pytorch_rounded(
    data: st.DataObject, size: tuple[int, int], output: tuple[int, int]
):
    input = data.draw(int8_images((2, *size, 2)))
    expected = torch.nn.functional.adaptive_avg_pool2d(to_float(input, 0), output)
    difference = reference(AvgPool2d(adaptive_output=output), input) - expected
    assert difference.abs().max() <= ROUNDING


@given(st.data(), st.tuples(spans, spans), st.tuples(spans, spans))
@settings(max_examples=200, deadline=None)
def test_fixed_windows_stand_in_for_even_adaptive_ones(
    data: st.DataObject, output: tuple[int, int], factor: tuple[int, int]
):
    height, width = output[0] * factor[0], output[1] * factor[1]
    input = data.draw(int8_images((1, height, width, 1)))
    op = AvgPool2d(adaptive_output=output)
    fixed = op.with_fixed_windows(TensorType(input.shape))
    assert (fixed.kernel, fixed.stride, fixed.adaptive_output) == (factor, factor, ())
    assert torch.equal(reference(op, input), reference(fixed, input))


def test_uneven_adaptive_windows_stay_adaptive():
    op = AvgPool2d(adaptive_output=(3, 2))
    input = TensorType((1, 7, 4, 1))
    assert op.with_fixed_windows(input) is op
    assert op.constants({"input": input})["adaptive"] == 1
    even = AvgPool2d(adaptive_output=(1, 1)).constants({"input": input})
    assert [even[name] for name in ("adaptive", "kernel_height", "stride_width")] == [0, 7, 4]
