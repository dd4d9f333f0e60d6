"""slice from PyTorch: parts of one tensor at equal distances, and operators that cut it up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch.fx import Node

from ..pytorch.movement import pattern
from ..pytorch.node import arguments, shape_of, values_of
from ..pytorch.pattern import SingleCall

aten = torch.ops.aten


def _of_equal_parts(node: Node, place: int) -> SingleCall:
    """split with one size, of which the last part may be smaller."""
    values = arguments(node)
    size = values["split_size"]
    return _part(values["self"], values["dim"], place * size, (place + 1) * size)


def _of_parts(node: Node, place: int) -> SingleCall:
    values = arguments(node)
    ends = _ends(values["split_sizes"])
    return _part(values["self"], values["dim"], ends[place], ends[place + 1])


def _of_indices(node: Node, place: int) -> SingleCall:
    """unbind: one index for each result."""
    values = arguments(node)
    return SingleCall(aten.select.int, (values["self"], values["dim"], place))


def _broadcast(node: Node, place: int) -> SingleCall:
    tensor, result = arguments(node)["tensors"][place], values_of(node)[place]
    return SingleCall(aten.expand.default, (tensor, list(result.shape)))


def _part(tensor: Node, axis: int, start: int, end: int) -> SingleCall:
    whole = shape_of(tensor)[axis]
    return SingleCall(aten.slice.Tensor, (tensor, axis, start, min(end, whole)))


def _ends(sizes: Sequence[int]) -> list[int]:
    return list(accumulate(sizes, initial=0))


PATTERNS = [
    pattern(
        aten.slice.Tensor,
        aten.slice_copy.Tensor,
        aten.select.int,
        aten.select_copy.int,
        aten.narrow.default,
        aten.narrow_copy.default,
        aten.expand.default,
        aten.expand_copy.default,
        aten.flip.default,
        aten.fliplr.default,
        aten.flipud.default,
        aten.rot90.default,
        result_of={
            aten.split.Tensor: _of_equal_parts,
            aten.split_copy.Tensor: _of_equal_parts,
            aten.split_with_sizes.default: _of_parts,
            aten.split_with_sizes_copy.default: _of_parts,
            aten.unbind.int: _of_indices,
            aten.unbind_copy.int: _of_indices,
            aten.broadcast_tensors.default: _broadcast,
        },
    )
]
