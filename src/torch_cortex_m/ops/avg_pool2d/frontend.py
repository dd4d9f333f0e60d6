"""avg_pool2d from PyTorch: average pooling, fixed and adaptive, and means over height and width."""

from __future__ import annotations

from typing import Any

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.layout import from_nhwc, pair, to_nhwc
from ..pytorch.pattern import Pattern, Result
from ..pytorch.reduction import is_over_places, reduced_axes

aten = torch.ops.aten

ONE_DIMENSIONAL = (aten.avg_pool1d.default, aten.adaptive_avg_pool1d.default)


def _spatial_rank(call: PytorchCall) -> int:
    return 1 if call.node.target in ONE_DIMENSIONAL else 2


def _emit(call: PytorchCall, nhwc: str, **fields: Any) -> str:
    zero_point = call.input("self").quantization.zero_point
    return call.emit("avg_pool2d", (nhwc,), padding_value=zero_point, **fields)


def _lower_pool(call: PytorchCall) -> str:
    values, rank = call.arguments, _spatial_rank(call)
    kernel = pair(values["kernel_size"], rank, missing=1)
    vertical, horizontal = pair(values["padding"], rank, missing=0)
    nhwc = to_nhwc(call, call.input("self").value, rank)
    result = _emit(
        call,
        nhwc,
        kernel=kernel,
        stride=pair(values["stride"], rank, missing=1) if values["stride"] else kernel,
        padding=(vertical, horizontal, vertical, horizontal),
        ceil_mode=values["ceil_mode"],
        count_include_pad=values["count_include_pad"] and bool(vertical or horizontal),
        divisor_override=values.get("divisor_override") or 0,
    )
    return from_nhwc(call, result)


def _lower_adaptive(call: PytorchCall) -> str:
    rank = _spatial_rank(call)
    nhwc = to_nhwc(call, call.input("self").value, rank)
    outputs = pair(call.arguments["output_size"], rank, missing=1)
    sizes = call.shape_of(nhwc)[1:3]
    if any(size % output for size, output in zip(sizes, outputs, strict=True)):
        return from_nhwc(call, _emit(call, nhwc, adaptive_output=outputs))
    kernel = tuple(size // output for size, output in zip(sizes, outputs, strict=True))
    return from_nhwc(call, _emit(call, nhwc, kernel=kernel, stride=kernel))


def _lower_mean(call: PytorchCall) -> str:
    value = call.input("self").value
    rank = len(call.shape_of(value))
    axes = reduced_axes(call.node)
    nhwc = to_nhwc(call, value, rank - 2)
    height, width = call.shape_of(nhwc)[1:3]
    kernel = (height if rank == 4 and 2 in axes else 1, width if rank - 1 in axes else 1)
    pooled = _emit(call, nhwc, kernel=kernel, stride=kernel)
    return from_nhwc(call, pooled)


PATTERNS = [
    Pattern(
        (aten.avg_pool1d.default, aten.avg_pool2d.default),
        _lower_pool,
        inputs=("self",),
        result=Result.SHARED,
    ),
    Pattern(
        (
            aten.adaptive_avg_pool1d.default,
            aten.adaptive_avg_pool2d.default,
            aten._adaptive_avg_pool2d.default,
        ),
        _lower_adaptive,
        inputs=("self",),
        result=Result.SHARED,
    ),
    Pattern(
        (aten.mean.dim,),
        _lower_mean,
        inputs=("self",),
        result=Result.SHARED,
        matches=is_over_places,
    ),
]
