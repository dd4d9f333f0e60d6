"""mean from PyTorch: sums over any dimensions, and the means that are no average pooling."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.node import gives_numbers
from ..pytorch.pattern import Pattern
from ..pytorch.reduction import count_problem, is_over_places, reduce
from .op import rescaling

aten = torch.ops.aten


def _lower_mean(call: PytorchCall) -> str:
    return reduce(call, lambda blocks: _emit(call, blocks, call.shape_of(blocks)[1]))


def _lower_sum(call: PytorchCall) -> str:
    return reduce(call, lambda blocks: _emit(call, blocks, 1))


def _emit(call: PytorchCall, blocks: str, count: int) -> str:
    input = call.input("self").quantization
    return call.emit(
        "mean",
        (blocks,),
        **rescaling(input, call.output, count),
        input_offset=-input.zero_point,
        output_offset=call.output.zero_point,
        **call.activation_limits(),
    )


def _is_mean(node: Node) -> bool:
    return not is_over_places(node)


PATTERNS = [
    Pattern(
        (aten.sum.default, aten.sum.dim_IntList),
        _lower_sum,
        inputs=("self",),
        fuses_activation=True,
        matches=gives_numbers,
        problem=count_problem,
    ),
    Pattern(
        (aten.mean.default, aten.mean.dim),
        _lower_mean,
        inputs=("self",),
        fuses_activation=True,
        matches=_is_mean,
        problem=count_problem,
    ),
]
