"""transpose from PyTorch: every operator that only reorders dimensions, and what moves blocks of an
image between its height and width and its channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.layout import from_nhwc, to_nhwc
from ..pytorch.movement import MOVED_DTYPES
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten

Axes = tuple[int, ...]


def permutation(arguments: Mapping[str, Any], rank: int) -> tuple[int, ...]:
    """The permutation that permute (dims), transpose.int (dim0, dim1) or t (neither) means."""
    if "dims" in arguments:
        return tuple(dimension % rank for dimension in arguments["dims"])
    order = list(range(rank))
    if rank < 2:
        return tuple(order)
    first, second = arguments.get("dim0", 0) % rank, arguments.get("dim1", 1) % rank
    order[first], order[second] = order[second], order[first]
    return tuple(order)


def _lower(call: PytorchCall) -> str:
    order = permutation(call.arguments, len(call.shape))
    return call.transpose(call.value("self"), order, "")


def _pixel_shuffle(call: PytorchCall) -> str:
    """Channels (C, block, block) become blocks of the image, in NHWC as convolutions have it."""
    block = call.arguments["upscale_factor"]
    nhwc = _image(call)
    batches, height, width, channels = call.shape_of(nhwc)
    split = (batches, height, width, channels // block**2, block, block)
    moved = _by_blocks(call, nhwc, split, (0, 1, 4, 2, 5, 3))
    return _from_image(call, moved, (batches, height * block, width * block, split[3]))


def _pixel_unshuffle(call: PytorchCall) -> str:
    block = call.arguments["downscale_factor"]
    nhwc = _image(call)
    batches, height, width, channels = call.shape_of(nhwc)
    split = (batches, height // block, block, width // block, block, channels)
    moved = _by_blocks(call, nhwc, split, (0, 1, 3, 5, 2, 4))
    return _from_image(call, moved, (batches, split[1], split[3], channels * block**2))


def _image(call: PytorchCall) -> str:
    """[..., C, H, W] -> [N, H, W, C]."""
    value = call.value("self")
    shape = call.shape_of(value)
    return to_nhwc(call, call.reshape(value, (prod(shape[:-3]), *shape[-3:])), 2)


def _by_blocks(call: PytorchCall, value: str, split: Axes, order: Axes) -> str:
    return call.transpose(call.reshape(value, split, ".blocks"), order, ".moved")


def _from_image(call: PytorchCall, value: str, shape: Axes) -> str:
    return from_nhwc(call, call.reshape(value, shape))


def _blocks(target: torch._ops.OpOverload, lower: Callable[[PytorchCall], str]) -> Pattern:
    return Pattern((target,), lower, inputs=("self",), result=Result.SHARED, monotone=True)


PATTERNS = [
    _blocks(aten.pixel_shuffle.default, _pixel_shuffle),
    _blocks(aten.pixel_unshuffle.default, _pixel_unshuffle),
    Pattern(
        (
            aten.permute.default,
            aten.permute_copy.default,
            aten.transpose.int,
            aten.transpose_copy.int,
            aten.t.default,
            aten.t_copy.default,
        ),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
        dtypes=MOVED_DTYPES,
    ),
]
