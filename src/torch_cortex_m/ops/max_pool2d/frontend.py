"""max_pool2d from PyTorch, in one and two dimensions."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.layout import from_nhwc, pair, to_nhwc
from ..pytorch.pattern import Pattern, Result, first_result

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    values = call.arguments
    rank = 1 if call.node.target is aten.max_pool1d.default else 2
    kernel = pair(values["kernel_size"], rank, missing=1)
    vertical, horizontal = pair(values["padding"], rank, missing=0)
    result = call.emit(
        "max_pool2d",
        (to_nhwc(call, call.input("self").value, rank),),
        kernel=kernel,
        stride=pair(values["stride"], rank, missing=1) if values["stride"] else kernel,
        padding=(vertical, horizontal, vertical, horizontal),
        dilation=pair(values["dilation"], rank, missing=1),
        ceil_mode=values["ceil_mode"],
    )
    return from_nhwc(call, result)


PATTERNS = [
    Pattern(
        (
            aten.max_pool1d.default,
            aten.max_pool2d.default,
        ),
        _lower,
        inputs=("self",),
        result=Result.SHARED,
        monotone=True,
        result_of={
            aten.max_pool1d_with_indices.default: first_result(aten.max_pool1d.default),
            aten.max_pool2d_with_indices.default: first_result(aten.max_pool2d.default),
        },
    )
]
