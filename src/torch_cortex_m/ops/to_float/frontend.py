"""to_float from PyTorch: indices and the bytes of images as float tensors.

A uint8 tensor is int8 in the graph, 128 less, with scale 1: as a float tensor it is the same.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.fx import Node

from ...ir import BYTES
from ..pytorch.call import PytorchCall
from ..pytorch.node import INDICES, arguments, values_of
from ..pytorch.pattern import Pattern, Result

aten = torch.ops.aten

TARGETS = (aten._to_copy.default, aten.to.dtype)


def _between(
    sources: tuple[torch.dtype, ...], results: tuple[torch.dtype, ...]
) -> Callable[[Node], bool]:
    def matches(node: Node) -> bool:
        (source,), (result,) = values_of(arguments(node)["self"]), values_of(node)
        return source.dtype in sources and result.dtype in results

    return matches


def _same(call: PytorchCall) -> str:
    return call.value("self")


def _to_float(call: PytorchCall) -> str:
    return call.emit_float("to_float", (call.value("self"),))


PATTERNS = [
    Pattern(
        TARGETS,
        _same,
        ("self",),
        Result.FIXED,
        fixed=BYTES,
        matches=_between((torch.uint8,), (torch.float32,)),
        accepted="from uint8, int32 and int64 to float32",
    ),
    Pattern(
        TARGETS,
        _to_float,
        ("self",),
        matches=_between(INDICES, (torch.float32,)),
        accepted="from uint8, int32 and int64 to float32",
    ),
    Pattern(
        TARGETS,
        _same,
        ("self",),
        Result.SHARED,
        dtypes=INDICES,
        matches=_between(INDICES, INDICES),
        accepted="from uint8, int32 and int64 to float32",
    ),
]
