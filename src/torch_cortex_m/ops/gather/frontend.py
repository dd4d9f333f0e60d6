"""gather from PyTorch: elements of one tensor at constant places, and rows at computed indices."""

from __future__ import annotations

from math import prod

import torch
from torch.fx import Node

from ..pytorch import movement
from ..pytorch.call import PytorchCall
from ..pytorch.integers import gives_integers, integers
from ..pytorch.movement import MOVED_DTYPES, pattern
from ..pytorch.node import arguments, is_constant, tensor_arguments
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten


def _indices(node: Node) -> list[str]:
    """The names of the indices that are not constant."""
    found = {name: index for name, index in tensor_arguments(node).items() if name != "self"}
    return [name for name, index in found.items() if not is_constant(index)]


def _problem(node: Node) -> str | None:
    return "its indices are not constant" if _indices(node) else None


def _index_problem(node: Node) -> str | None:
    """Those of one dimension may be anything."""
    indices = [name for name in tensor_arguments(node) if name != "self"]
    if not _indices(node) or len(indices) == 1:
        return None
    return "indices of several dimensions are not constant"


def _index(call: PytorchCall) -> str:
    """index and index_select, of one dimension where the indices are computed."""
    computed = _indices(call.node)
    if not computed:
        return movement.lower(call)
    place = computed[0].rpartition("_")[2]
    value = _table(call, "self") if is_constant(call.arguments["self"]) else call.value("self")
    axis = int(place) if place.isdigit() else call.arguments["dim"]
    return _rows(call, value, computed[0], axis % len(call.shape_of(value)))


def _embedding(call: PytorchCall) -> str:
    return _rows(call, _table(call, "weight"), "indices", 0)


def _table(call: PytorchCall, argument: str) -> str:
    """A constant, of real numbers in the result's quantization; indices are int32."""
    constant = call.constant(argument)
    assert constant is not None
    if call.result is not None:
        return call.add_quantized(constant, call.output)
    if gives_integers(call.node):
        return integers(call, argument)
    return call.graph.add_constant(constant.name, constant.data)


def _rows(call: PytorchCall, value: str, argument: str, axis: int) -> str:
    """At indices that are computed; outside of the dimension they count as its first or last."""
    indices = call.value(argument)
    flat = call.reshape(indices, (prod(call.shape_of(indices)),), ".indices")
    return call.reshape(call.emit("gather", (value, flat), axis=axis), call.shape)


def _fold_problem(node: Node) -> str | None:
    values = arguments(node)
    steps = zip(values["kernel_size"], values["dilation"], values["stride"], strict=True)
    if any(dilation != 1 or size > stride for size, dilation, stride in steps):
        return "windows that overlap are not supported"
    return None


PATTERNS = [
    pattern(
        aten.roll.default,
        aten.repeat.default,
        aten.tile.default,
        aten.repeat_interleave.self_int,
        aten.unfold.default,
        aten.unfold_copy.default,
        aten.diagonal.default,
        aten.diagonal_copy.default,
        aten.channel_shuffle.default,
        aten.upsample_nearest1d.default,
        aten.upsample_nearest2d.default,
        aten._upsample_nearest_exact1d.default,
        aten._upsample_nearest_exact2d.default,
    ),
    pattern(
        aten.upsample_nearest1d.vec,
        aten.upsample_nearest2d.vec,
        aten._upsample_nearest_exact1d.vec,
        aten._upsample_nearest_exact2d.vec,
        argument="input",
    ),
    Pattern(
        (aten.index.Tensor, aten.index_select.default),
        _index,
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
        dtypes=MOVED_DTYPES,
        problem=_index_problem,
        accepted="with constant indices or those of one dimension",
    ),
    Pattern(
        (aten.embedding.default,),
        _embedding,
        inputs=("weight",),
        result=Result.SHARED,
    ),
    pattern(
        aten.gather.default,
        aten.take.default,
        aten.take_along_dim.default,
        problem=_problem,
        accepted="with constant indices",
    ),
    pattern(
        aten.reflection_pad1d.default,
        aten.reflection_pad2d.default,
        aten.reflection_pad3d.default,
        aten.replication_pad1d.default,
        aten.replication_pad2d.default,
        aten.replication_pad3d.default,
    ),
    pattern(
        aten.tril.default,
        aten.triu.default,
        aten.diag.default,
        aten.diag_embed.default,
        aten.im2col.default,
        fills=True,
    ),
    pattern(
        aten.col2im.default,
        fills=True,
        problem=_fold_problem,
        accepted="of windows that do not overlap",
    ),
]
