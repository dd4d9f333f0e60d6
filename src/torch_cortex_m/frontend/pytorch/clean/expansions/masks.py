"""Whether any or all elements of a mask are true: its largest or smallest number."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.fx import Node

from .....ops.pytorch.node import shape_of
from .make import Expansion, Make

aten = torch.ops.aten


def _reduced(extreme: torch._ops.OpOverload, make: Make, values: dict[str, Any]) -> Node:
    mask = values["self"]
    if mask.meta["val"].dtype != torch.bool:
        mask = make(aten.ne.Scalar, mask, 0)
    axes = values.get("dim")
    listed = [axes] if isinstance(axes, int) else axes or list(range(len(shape_of(mask))))
    numbers = make(aten._to_copy.default, mask, dtype=torch.float32)
    found = make(extreme, numbers, listed, values.get("keepdim", False))
    return make(aten.gt.Scalar, found, 0.5)


MASKS: dict[Any, Expansion] = {
    getattr(packet, overload): partial(_reduced, extreme)
    for packet, extreme in ((aten.any, aten.amax.default), (aten.all, aten.amin.default))
    for overload in ("default", "dim", "dims")
}
