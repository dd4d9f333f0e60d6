"""Assignments to parts of a tensor, which a program without in-place operators has as new tensors.

``y[:, 1:3] = x`` is a concatenation of the other parts of y and of x; ``x[x < 0] = 0`` is a choice.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import torch
from torch.fx import GraphModule, Node

from ....ops.pytorch.node import arguments, shape_of
from ..program import add_call

aten = torch.ops.aten

READS = (aten.slice.Tensor, aten.select.int)


class _Place(NamedTuple):
    """An index of a tensor, along the dimension in question."""

    tensor: Node
    at: int


class _Assembled(NamedTuple):
    """What a tensor is made of along one dimension: where each index comes from."""

    axis: int
    places: tuple[_Place, ...]


def replace_assignments(module: GraphModule) -> None:
    assembled: dict[Node, _Assembled] = {}
    for node in list(module.graph.nodes):
        result = _replacement(module, node, assembled)
        if result is not None:
            node.replace_all_uses_with(result)
            if node in assembled:
                assembled[result] = assembled[node]


def _replacement(module: GraphModule, node: Node, assembled: dict[Node, _Assembled]) -> Node | None:
    if node.target is aten.copy.default:
        return _spread(module, node, arguments(node)["src"])
    if node.target in (aten.fill.Scalar, aten.fill.Tensor, aten.zero.default):
        return _filled(module, node)
    if node.target in (aten.slice_scatter.default, aten.select_scatter.default):
        assembled[node] = _assigned(module, node, assembled)
        return _concatenated(module, node, assembled[node])
    if node.target in READS and arguments(node)["self"] in assembled:
        return _read(module, node, assembled[arguments(node)["self"]])
    if node.target is aten.index_put.default:
        return _chosen(module, node)
    return None


def _spread(module: GraphModule, node: Node, value: Node) -> Node:
    """``value`` in the type and the shape of ``node``."""
    whole = node.meta["val"]
    if value.meta["val"].dtype != whole.dtype:
        value = add_call(module, node, aten.to.dtype, (value, whole.dtype), node)
    shape = shape_of(node)
    if shape_of(value) == shape:
        return value
    return add_call(module, node, aten.expand.default, (value, list(shape)), node)


def _filled(module: GraphModule, node: Node) -> Node:
    value = arguments(node).get("value", 0)
    if isinstance(value, Node):
        return _spread(module, node, value)
    kwargs = {"dtype": node.meta["val"].dtype}
    return add_call(module, node, aten.full.default, (list(shape_of(node)), value), node, kwargs)


def _assigned(module: GraphModule, node: Node, assembled: dict[Node, _Assembled]) -> _Assembled:
    """The parts of a tensor some of whose indices are another tensor's."""
    values = arguments(node)
    whole, source = values["self"], values["src"]
    axis, indices = _indices(node, shape_of(whole))
    if node.target is aten.select_scatter.default:
        source = add_call(module, node, aten.unsqueeze.default, (source, axis), node)
    known = assembled.get(whole)
    places = [_Place(whole, index) for index in range(shape_of(whole)[axis])]
    if known is not None and known.axis == axis:
        places = list(known.places)
    for position, index in enumerate(indices):
        places[index] = _Place(source, position)
    return _Assembled(axis, tuple(places))


def _indices(node: Node, shape: tuple[int, ...]) -> tuple[int, range]:
    """The dimension and the indices of it that a slice or a select is about."""
    values = arguments(node)
    axis = values["dim"] % len(shape)
    if "index" in values:
        index = values["index"] % shape[axis]
        return axis, range(index, index + 1)
    return axis, range(*slice(values["start"], values["end"], values["step"]).indices(shape[axis]))


def _read(module: GraphModule, node: Node, source: _Assembled) -> Node | None:
    """A part of an assembled tensor that is all of one tensor, or lies in one: without assembling
    it. None: it is more than that."""
    shape = shape_of(arguments(node)["self"])
    axis, indices = _indices(node, shape)
    places = [source.places[index] for index in indices] if axis == source.axis else []
    first = places[0] if places else None
    if first is None or places != [_Place(first.tensor, first.at + n) for n in range(len(places))]:
        return None
    part = _part(module, node, axis, places)
    if node.target is aten.select.int:
        return add_call(module, node, aten.squeeze.dim, (part, axis), node)
    return part


def _concatenated(module: GraphModule, node: Node, assembled: _Assembled) -> Node:
    axis, runs = assembled.axis, _runs(assembled.places)
    parts = [_part(module, node, axis, run) for run in runs]
    if len(parts) == 1:
        return parts[0]
    return add_call(module, node, aten.cat.default, (parts, axis), node)


def _runs(places: tuple[_Place, ...]) -> list[list[_Place]]:
    """Indices of one tensor that follow each other, in order."""
    numbered = enumerate(places)
    groups = groupby(numbered, lambda item: (item[1].tensor, item[1].at - item[0]))
    return [[place for _, place in group] for _, group in groups]


def _part(module: GraphModule, node: Node, axis: int, run: list[_Place]) -> Node:
    tensor, start = run[0]
    if len(run) == shape_of(tensor)[axis]:
        return tensor
    return add_call(module, node, aten.slice.Tensor, (tensor, axis, start, start + len(run)), node)


def _chosen(module: GraphModule, node: Node) -> Node | None:
    """An assignment where a mask of the tensor's shape says so, of one value."""
    values = arguments(node)
    indices, value, whole = values["indices"], values["values"], values["self"]
    mask = indices[0] if len(indices) == 1 else None
    if mask is None or values["accumulate"] or value.meta["val"].numel() != 1:
        return None
    if mask.meta["val"].dtype != torch.bool or shape_of(mask) != shape_of(whole):
        return None
    value = add_call(module, node, aten.to.dtype, (value, whole.meta["val"].dtype), node)
    return add_call(module, node, aten.where.self, (mask, value, whole), node)
