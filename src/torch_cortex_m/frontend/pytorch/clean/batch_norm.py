"""Batch norms become part of the weighted sum before them, or depthwise 1x1 convolutions.

In use, a batch norm is y = x * scale + shift for each channel, with
scale = weight / sqrt(running_var + eps) and shift = bias - running_mean * scale.
"""

from __future__ import annotations

import operator

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

from ....errors import TcmError
from ....ops.pytorch.node import arguments, shape_of
from ....ops.pytorch.pattern import Weight
from ..patterns import pattern_of
from ..program import add_call, add_constant, constant_name, constant_value, set_argument
from ..source import value_name, where

aten = torch.ops.aten

BATCH_NORMS = (
    aten.batch_norm.default,
    aten._native_batch_norm_legit.default,
    aten._native_batch_norm_legit_functional.default,
    aten._native_batch_norm_legit_no_training.default,
    aten.native_batch_norm.default,
)
WITHOUT_STATISTICS = (aten._native_batch_norm_legit.no_stats,)


def fold_batch_norms(module: GraphModule) -> None:
    """Replaces every batch norm by its formula for inference, and every instance norm that has
    running statistics, which is one."""
    for node in list(module.graph.nodes):
        if node.target in WITHOUT_STATISTICS:
            raise _no_statistics(node)
        if node.target in BATCH_NORMS or _is_instance_norm_with_statistics(node):
            _replace(module, node)


def _is_instance_norm_with_statistics(node: Node) -> bool:
    return node.target is aten.instance_norm.default and not arguments(node)["use_input_stats"]


def _replace(module: GraphModule, node: Node) -> None:
    scale, shift = _affine(module, node)
    input = arguments(node)["input"]
    weight = _foldable_weight(input)
    if weight is None:
        result = _depthwise(module, node, input, scale, shift)
    else:
        _scale(module, input, weight, scale, shift)
        result = input
    users = [user for user in node.users if user.target is operator.getitem]
    for user in users or [node]:
        user.replace_all_uses_with(result)
    for erased in [*users, node]:
        module.graph.erase_node(erased)


def _affine(module: GraphModule, node: Node) -> tuple[Tensor, Tensor]:
    """(scale, shift) of each channel, float64."""
    values = arguments(node)

    def tensor(name: str) -> Tensor | None:
        operand = values[name]
        return None if operand is None else constant_value(module, operand).to(torch.float64)

    mean, variance = tensor("running_mean"), tensor("running_var")
    if mean is None or variance is None:
        raise _no_statistics(node)
    scale = torch.rsqrt(variance + values["eps"])
    weight, bias = tensor("weight"), tensor("bias")
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale
    return scale, shift if bias is None else shift + bias


def _no_statistics(node: Node) -> TcmError:
    return TcmError(
        "a batch norm has no running statistics",
        where=where(node),
        expected="running_mean and running_var",
        got="track_running_stats=False: it would normalize by each batch",
        hint="train with track_running_stats=True",
    )


def _foldable_weight(node: Node) -> Weight | None:
    """How the weighted sum that ``node`` is takes a scale for each element of dimension 1."""
    pattern = pattern_of(node)
    if pattern is None or pattern.weight is None or len(node.users) != 1:
        return None
    values = arguments(node)
    weight = values[pattern.weight.argument]
    bias = values[pattern.weight.bias] if pattern.weight.bias else None
    if weight.op != "get_attr" or (bias is not None and bias.op != "get_attr"):
        return None
    channels_at = len(shape_of(node)) - (len(shape_of(weight)) - 1)
    can_hold_shift = pattern.weight.bias is not None
    fits = channels_at == 1 and shape_of(weight)[pattern.weight.channel_axis] == shape_of(node)[1]
    return pattern.weight if fits and can_hold_shift else None


def _scale(module: GraphModule, node: Node, weight: Weight, scale: Tensor, shift: Tensor) -> None:
    """Multiplies the result of a weighted sum by ``scale`` and adds ``shift``."""
    assert weight.bias is not None
    values = arguments(node)
    weight_node, bias_node = values[weight.argument], values[weight.bias]
    data = constant_value(module, weight_node).to(torch.float64)
    shape = [1] * data.dim()
    shape[weight.channel_axis] = -1
    scaled = (data * scale.reshape(shape)).to(torch.float32)
    name = constant_name(weight_node)
    new_weight = add_constant(module, node, scaled, name)
    if bias_node is None:
        bias_name = f"{name.rpartition('.')[0] or value_name(node)}.bias"
        bias = shift
    else:
        bias_name = constant_name(bias_node)
        bias = constant_value(module, bias_node).to(torch.float64) * scale + shift
    new_bias = add_constant(module, node, bias.to(torch.float32), bias_name)
    set_argument(node, weight.argument, new_weight)
    set_argument(node, weight.bias, new_bias)


def _depthwise(module: GraphModule, node: Node, input: Node, scale: Tensor, shift: Tensor) -> Node:
    """A convolution of [N, C, H, W] with one 1x1 filter for each channel."""
    shape = list(shape_of(input))
    if len(shape) > 4:
        raise TcmError(
            "a batch norm over more than 2 spatial dimensions is not supported",
            where=where(node),
            expected="[N, C], [N, C, L] or [N, C, H, W]",
            got=f"shape {shape}",
            hint="reshape to [N, C, L] before it, and back behind it",
        )
    channels = shape[1]
    like = node if isinstance(node.meta["val"], Tensor) else next(iter(node.users))
    name = value_name(node)
    weight = add_constant(
        module, node, scale.reshape(channels, 1, 1, 1).to(torch.float32), f"{name}.weight"
    )
    bias = add_constant(module, node, shift.to(torch.float32), f"{name}.bias")
    spatial = [1, *shape[2:]] if len(shape) == 3 else [*shape[2:], 1, 1][:2]
    full = [shape[0], channels, *spatial]
    if len(shape) != 4:
        input = add_call(module, node, aten.reshape.default, (input, full), like)
    window = ([1, 1], [0, 0], [1, 1], channels)
    result = add_call(module, node, aten.conv2d.default, (input, weight, bias, *window), like)
    if len(shape) != 4:
        result = add_call(module, node, aten.reshape.default, (result, shape), like)
    return result
