"""resize_bilinear from PyTorch: interpolate in modes "linear" and "bilinear"."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.layout import from_nhwc, to_nhwc
from ..pytorch.node import arguments
from ..pytorch.pattern import Pattern, Result
from .places import pytorch_places

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    value = call.input("self" if "self" in call.arguments else "input").value
    rank = len(call.shape) - 2
    nhwc = to_nhwc(call, value, rank)
    sizes = (1, *call.shape[2:])[-2:]
    factors = (None, *_factors(call.node))[-2:]
    rows, columns = (
        pytorch_places(size, outputs, align_corners=call.arguments["align_corners"], scale=factor)
        for size, outputs, factor in zip(call.shape_of(nhwc)[1:3], sizes, factors, strict=True)
    )
    return from_nhwc(call, call.emit("resize_bilinear", (nhwc,), rows=rows, columns=columns))


def _factors(node: Node) -> list[float | None]:
    """The factors that the sizes were given as, one for each dimension."""
    values = arguments(node)
    listed = values.get("scale_factors")
    if listed is not None:
        return list(listed)
    names = [name for name in ("scales", "scales_h", "scales_w") if name in values]
    return [values[name] for name in names] or [None, None]


PATTERNS = [
    Pattern(
        targets,
        _lower,
        inputs=(input,),
        result=Result.SHARED,
    )
    for input, targets in (
        ("input", (aten.upsample_bilinear2d.vec, aten.upsample_linear1d.vec)),
        ("self", (aten.upsample_bilinear2d.default, aten.upsample_linear1d.default)),
    )
]
