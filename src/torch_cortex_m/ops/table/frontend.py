"""table from PyTorch: the functions of one number."""

from __future__ import annotations

import torch

from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Result
from .functions import FUNCTIONS, Function, entries


def _pattern(function: Function) -> Pattern:
    def lower(call: PytorchCall) -> str:
        input = call.input("self")
        table = entries(function.evaluate, input.quantization, call.output, call.limits)
        return call.emit("table", (input.value,), table=table)

    return Pattern(
        (getattr(torch.ops.aten, function.aten).default,),
        lower,
        inputs=("self",),
        result=Result.OBSERVED if function.result is None else Result.FIXED,
        fixed=function.result,
    )


PATTERNS = [_pattern(function) for function in FUNCTIONS]
