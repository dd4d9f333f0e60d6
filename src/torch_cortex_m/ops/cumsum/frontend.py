"""cumsum from PyTorch."""

from __future__ import annotations

import torch

from ..integers.arithmetic import quantize_multiplier
from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern
from ..pytorch.reduction import count_problem
from ..rules.reduction import blocks

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    input, shape = call.input("self"), call.shape
    axis = call.arguments["dim"] % max(len(shape), 1)
    _, sizes = blocks(shape, [axis] if shape else [])
    multiplier, shift = quantize_multiplier(input.quantization.scale / call.output.scale)
    sums = call.emit(
        "cumsum",
        (call.reshape(input.value, sizes, ".blocks"),),
        input_offset=-input.quantization.zero_point,
        multiplier=multiplier,
        shift=shift,
        output_offset=call.output.zero_point,
        **call.activation_limits(),
    )
    return call.reshape(sums, shape)


PATTERNS = [
    Pattern(
        (aten.cumsum.default,),
        _lower,
        inputs=("self",),
        fuses_activation=True,
        problem=count_problem,
    )
]
