"""Pools in three dimensions: pools of height and width, then of the depth."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import shape_of
from .make import Expansion, Make

aten = torch.ops.aten


def _three(value: int | list[int]) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * 3 if len(values) == 1 else values


def _in_steps(pool: torch._ops.OpOverload, make: Make, values: dict[str, Any]) -> Node | None:
    """The largest or the mean of means; with padding that counts, where it is a mean."""
    options = _options(values)
    if options is None:
        return None
    kernel = _three(values["kernel_size"])
    stride = _three(values["stride"]) if values["stride"] else kernel
    padding = _three(values["padding"])
    shape = shape_of(values["self"])
    *outer, depth, height, width = shape
    planes = make(aten.reshape.default, values["self"], [1, prod(outer) * depth, height, width])
    if (kernel[1:], stride[1:], padding[1:]) != ([1, 1], [1, 1], [0, 0]):
        planes = make(pool, planes, kernel[1:], stride[1:], padding[1:], **options)
    rows, columns = shape_of(planes)[-2:]
    deep = make(aten.reshape.default, planes, [1, prod(outer), depth, rows * columns])
    deep = make(pool, deep, [kernel[0], 1], [stride[0], 1], [padding[0], 0], **options)
    return make(aten.reshape.default, deep, list(make.shape))


def _options(values: dict[str, Any]) -> dict[str, Any] | None:
    if "dilation" in values:
        dilated = set(_three(values["dilation"])) != {1}
        return None if dilated else {"ceil_mode": values["ceil_mode"]}
    counts = values["count_include_pad"] or not any(_three(values["padding"]))
    if not counts or values["ceil_mode"] or values["divisor_override"] is not None:
        return None
    return {}


def _mean(make: Make, values: dict[str, Any]) -> Node | None:
    """An adaptive pool to one element."""
    if make.shape[-3:] != (1, 1, 1):
        return None
    flat = make(aten.flatten.using_ints, values["self"], -3)
    means = make(aten.mean.dim, flat, [-1], False)
    return make(aten.reshape.default, means, list(make.shape))


POOLS_IN_SPACE: dict[Any, Expansion] = {
    aten.adaptive_avg_pool3d.default: _mean,
    aten._adaptive_avg_pool3d.default: _mean,
    aten.avg_pool3d.default: partial(_in_steps, aten.avg_pool2d.default),
    aten.max_pool3d.default: partial(_in_steps, aten.max_pool2d.default),
}
