"""depthwise_conv2d from PyTorch: groups == input channels, some number of filters for each."""

from __future__ import annotations

from ..pytorch.call import PytorchCall
from ..pytorch.convolution import (
    TARGETS,
    WEIGHT,
    is_depthwise,
    lower,
    problem,
    read,
)
from ..pytorch.pattern import Pattern

IHWO = (1, 2, 3, 0)


def _lower(call: PytorchCall) -> str:
    convolution = read(call.node)
    multiplier = convolution.weight_shape[0] // convolution.groups
    return lower(call, "depthwise_conv2d", IHWO, depth_multiplier=multiplier)


PATTERNS = [
    Pattern(
        TARGETS,
        _lower,
        weight=WEIGHT,
        fuses_activation=True,
        matches=is_depthwise,
        problem=problem,
    )
]
