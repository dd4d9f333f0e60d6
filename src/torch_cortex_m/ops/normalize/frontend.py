"""normalize from PyTorch: layer norm, group norm, instance norm and RMS norm."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
import torch
from torch.fx import Node

from ...errors import TcmError
from ..pytorch.call import PytorchCall
from ..pytorch.layout import from_nhwc, to_nhwc
from ..pytorch.node import arguments, is_constant, shape_of
from ..pytorch.pattern import Pattern, first_result
from .op import LARGEST_COUNT
from .scaling import bias_steps, scaling

aten = torch.ops.aten

Shape = tuple[int, int, int, int]

FLOAT32_EPSILON = float(np.finfo(np.float32).eps)
"""What RMS norm takes where it is given none."""


def _lower_last(call: PytorchCall) -> str:
    """The last dimensions, each element of which has a factor of its own."""
    value = call.input().value
    size = prod(call.arguments["normalized_shape"])
    rows = prod(call.shape) // size
    centered = call.node.target is not aten.rms_norm.default
    result = _emit(call, value, (rows, 1, 1, size), centered=centered)
    return call.reshape(result, call.shape)


def _lower_channels(groups: Callable[[PytorchCall], int]) -> Callable[[PytorchCall], str]:
    """Groups of channels [N, C, ...] and all places, each channel with a factor of its own."""

    def lower(call: PytorchCall) -> str:
        value, spatial_rank = call.input().value, len(call.shape) - 2
        batches, channels = call.shape[:2]
        count = groups(call)
        shape = (batches, prod(call.shape[2:]), count, channels // count)
        if spatial_rank not in (1, 2):
            flat = call.reshape(value, (batches, channels, shape[1]), ".flat")
            moved = call.transpose(flat, (0, 2, 1), ".places")
            result = call.reshape(_emit(call, moved, shape, centered=True), (*shape[:2], channels))
            return call.reshape(call.transpose(result, (0, 2, 1), ".channels"), call.shape)
        nhwc = to_nhwc(call, value, spatial_rank)
        result = _emit(call, nhwc, shape, centered=True)
        return from_nhwc(call, call.reshape(result, call.shape_of(nhwc), ".image"))

    return lower


def _emit(call: PytorchCall, value: str, shape: Shape, *, centered: bool) -> str:
    input, weight, bias = call.input(), call.constant("weight"), call.constant("bias")
    try:
        fields, multipliers = scaling(
            input.quantization,
            call.output,
            centered=centered,
            count=shape[1] * shape[3],
            epsilon=_epsilon(call),
            factors=np.ones(shape[2:]) if weight is None else weight.data.reshape(shape[2:]),
        )
    except ValueError as error:
        raise TcmError(
            f"the input of '{call.name}' is too small for its epsilon",
            where=call.source,
            expected="inputs of the size of epsilon's root or larger",
            got=str(error),
            hint="scale the input up before it, or take a smaller epsilon",
        ) from None
    operands: list[str | None] = [None, None]
    if multipliers is not None:
        operands[0] = call.graph.add_constant(f"{call.name}.multipliers", multipliers)
    if bias is not None:
        steps = bias_steps(bias.data.reshape(shape[2:]), call.output)
        operands[1] = call.graph.add_constant(f"{call.name}.bias", steps)
    blocks = call.reshape(value, shape, ".groups")
    return call.emit("normalize", (blocks, *operands), **fields, **call.activation_limits())


def _epsilon(call: PytorchCall) -> float:
    epsilon = call.arguments["eps"]
    return FLOAT32_EPSILON if epsilon is None else float(epsilon)


def _problem(node: Node) -> str | None:
    values = arguments(node)
    if not all(is_constant(values.get(name)) for name in ("weight", "bias")):
        return "its weight or bias is not a constant"
    shape = shape_of(values["input"])
    count = prod(values.get("normalized_shape") or shape[2:])
    if count > LARGEST_COUNT:
        return f"groups of {count} elements are not supported, {LARGEST_COUNT} at most"
    return None


def _channels(call: PytorchCall) -> int:
    return call.shape[1]


def _groups(call: PytorchCall) -> int:
    return call.arguments["num_groups"]


PATTERNS = [
    Pattern(
        (aten.layer_norm.default, aten.rms_norm.default),
        _lower_last,
        fuses_activation=True,
        result_of={aten.native_layer_norm.default: first_result(aten.layer_norm.default)},
        problem=_problem,
    ),
    Pattern(
        (aten.group_norm.default,),
        _lower_channels(_groups),
        fuses_activation=True,
        problem=_problem,
    ),
    Pattern(
        (aten.instance_norm.default,),
        _lower_channels(_channels),
        fuses_activation=True,
        problem=_problem,
    ),
]
