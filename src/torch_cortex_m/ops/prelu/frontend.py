"""prelu from PyTorch, with a slope for each channel; one slope for all makes a table."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..integers.arithmetic import quantize_multiplier
from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments, is_constant
from ..pytorch.operands import scaled_operand
from ..pytorch.pattern import Pattern

aten = torch.ops.aten


def _lower(call: PytorchCall) -> str:
    input, slope = scaled_operand(call, "self"), scaled_operand(call, "weight")
    multiplier, shift = quantize_multiplier(input.scale / call.output.scale)
    slope_multiplier, slope_shift = quantize_multiplier(
        input.scale * slope.scale / call.output.scale
    )
    ones = (1,) * (len(call.shape) - 2)
    slopes = call.reshape(slope.value, (*call.shape_of(slope.value), *ones))
    return call.emit(
        "prelu",
        (input.value, slopes),
        input_offset=-input.zero_point,
        other_offset=-slope.zero_point,
        output_offset=call.output.zero_point,
        multiplier=multiplier,
        shift=shift,
        slope_multiplier=slope_multiplier,
        slope_shift=slope_shift,
        **call.activation_limits(),
    )


def _problem(node: Node) -> str | None:
    return None if is_constant(arguments(node)["weight"]) else "its weight is not a constant"


PATTERNS = [
    Pattern(
        (aten.prelu.default,),
        _lower,
        inputs=("self",),
        fuses_activation=True,
        function=True,
        problem=_problem,
    )
]
