"""Pass: windows do the padding themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..ir import Graph, Node
from ..ops.avg_pool2d.op import AvgPool2d
from ..ops.conv2d.op import Conv2d
from ..ops.depthwise_conv2d.op import DepthwiseConv2d
from ..ops.max_pool2d.op import MaxPool2d
from ..ops.pad.op import Pad
from .rewrite import change, fits, producer_of_input, rewrite

LOWEST = -128
"""What padding counts as in max_pool2d."""


def fold_pad(graph: Graph) -> Graph:
    """A pad of height and width before a convolution or a pooling becomes its padding, where that
    counts as the pad's value."""
    return rewrite(graph, _fold)


def _fold(graph: Graph, node: Node) -> bool:
    pad = producer_of_input(graph, node, Pad)
    if pad is None or not _pads_only_windows(pad.op):
        return False
    op = _with_padding(node.op, pad.op)
    inputs = (pad.inputs[0], *node.inputs[1:])
    if op is None or not fits(graph, op, inputs):
        return False
    change(graph, node, op, inputs)
    return True


def _pads_only_windows(pad: Pad) -> bool:
    """Whether batch and channels of an NHWC tensor stay as they are."""
    sizes = list(zip(pad.before, pad.after, strict=True))
    return len(sizes) == 4 and sizes[0] == sizes[3] == (0, 0)


def _with_padding(op: Any, pad: Pad) -> Any:
    """``op`` on what is padded, as an operator on the input of ``pad``; None: there is none."""
    if isinstance(op, Conv2d | DepthwiseConv2d):
        return replace(op, padding=_sum(op, pad)) if pad.value == -op.input_offset else None
    if isinstance(op, MaxPool2d):
        # With ceil_mode, padding before and after the input limit the windows differently.
        same = pad.value == LOWEST and not op.ceil_mode
        return replace(op, padding=_sum(op, pad)) if same else None
    return _average_with_padding(op, pad) if isinstance(op, AvgPool2d) else None


def _average_with_padding(op: AvgPool2d, pad: Pad) -> AvgPool2d | None:
    if op.ceil_mode or op.adaptive_output:
        return None
    if op.divisor_override or (op.count_include_pad and any(op.padding)):
        # Elements that the divisor counts beside the input's have the value that padding has.
        same = pad.value == op.padding_value
    else:
        # Every element that a window meets counts now, and must go on counting.
        same = not any(op.padding)
    if not same:
        return None
    padding = _sum(op, pad)
    return replace(op, padding=padding, count_include_pad=True, padding_value=pad.value)


def _sum(op: Conv2d | DepthwiseConv2d | AvgPool2d | MaxPool2d, pad: Pad) -> tuple[int, ...]:
    """top, left, bottom, right: the operator's own padding around the pad's."""
    around = (pad.before[1], pad.before[2], pad.after[1], pad.after[2])
    return tuple(inner + outer for inner, outer in zip(op.padding, around, strict=True))
