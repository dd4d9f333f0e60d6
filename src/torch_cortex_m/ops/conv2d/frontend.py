"""conv2d from PyTorch: every convolution that is not depthwise."""

from __future__ import annotations

from torch.fx import Node

from ..pytorch.call import PytorchCall
from ..pytorch.convolution import (
    TARGETS,
    WEIGHT,
    is_depthwise,
    is_transposed,
    lower,
    problem,
    read,
)
from ..pytorch.pattern import Pattern

OHWI = (0, 2, 3, 1)


def _matches(node: Node) -> bool:
    return not is_depthwise(node) and not is_transposed(node)


def _lower(call: PytorchCall) -> str:
    return lower(call, "conv2d", OHWI, groups=read(call.node).groups)


PATTERNS = [
    Pattern(
        TARGETS, _lower, weight=WEIGHT, fuses_activation=True, matches=_matches, problem=problem
    )
]
