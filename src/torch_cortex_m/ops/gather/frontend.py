"""gather from PyTorch: elements of one tensor at constant places."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.movement import pattern
from ..pytorch.node import is_constant, tensor_arguments

aten = torch.ops.aten


def _problem(node: Node) -> str | None:
    indices = [name for name in tensor_arguments(node) if name != "self"]
    if all(is_constant(tensor_arguments(node)[name]) for name in indices):
        return None
    return "its indices are not constant"


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
    pattern(
        aten.index.Tensor,
        aten.index_select.default,
        aten.gather.default,
        aten.take.default,
        aten.take_along_dim.default,
        problem=_problem,
        accepted="with constant indices",
    ),
    pattern(aten.tril.default, aten.triu.default, aten.im2col.default, fills=True),
]
