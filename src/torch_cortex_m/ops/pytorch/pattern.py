"""Pattern: what an operator's frontend.py declares about PyTorch, as ``PATTERNS``.

A pattern names aten operators, says how their result is quantized, and lowers one use of them to
the graph. The frontend finds patterns by looking into the operators' folders; it has no list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import torch
from torch.fx import Node

from ...ir import Quantization
from .call import PytorchCall


class Result(Enum):
    """Where the quantization parameters of an operator's result come from."""

    OBSERVED = "calibration"
    """Its own range, seen in calibration."""
    SHARED = "input"
    """The operator moves or averages data: the input's parameters are right for the result."""
    FIXED = "operator"
    """The operator's range is known: ``Pattern.fixed``."""


@dataclass(frozen=True)
class Weight:
    """The constant operand of a weighted sum, by the names of the aten arguments.

    ``channel_axis`` is the weight's dimension of output channels: it is quantized per channel
    along it, and a batch norm that follows scales along it. ``bias`` is the argument that has one
    element for each of these channels.
    """

    argument: str = "weight"
    channel_axis: int = 0
    bias: str | None = "bias"


def _always(node: Node) -> bool:
    return True


def _no_problem(node: Node) -> str | None:
    return None


@dataclass(frozen=True)
class Pattern:
    """aten operators that one lowering turns into nodes of the graph.

    targets: the overloads.
    lower: emits nodes for one call and returns the name of the value that is its result.
    inputs: names of the aten arguments that are activations.
    result: where the result's quantization parameters come from; ``fixed`` has them for FIXED.
    weight: the constant operand of a weighted sum.
    fuses_activation: whether an activation that follows becomes part of the operator.
    activation_range: for an operator that only clamps, arguments -> (low, high).
    monotone: whether every result element is an input element or the largest of some, so that
        clamping before or after gives the same.
    function: whether every result element is a function of the operands' elements at its place, so
        that a part of the program that depends on one tensor alone may become one table.
    general: whether another operator's pattern comes before this one.
    first_of: tuple-valued overload -> the overload that gives its first result alone; it stands
        for that one where nothing uses the other results.
    matches: which uses of the targets are meant, where several operators share targets.
    problem: says why a use is not supported (None: it is).
    accepted: which uses ``problem`` lets pass, in words that follow the operator's name; empty
        where that is nearly all of them.
    """

    targets: tuple[torch._ops.OpOverload, ...]
    lower: Callable[[PytorchCall], str]
    inputs: tuple[str, ...] = ("input",)
    result: Result = Result.OBSERVED
    fixed: Quantization | None = None
    weight: Weight | None = None
    fuses_activation: bool = False
    activation_range: Callable[[Mapping[str, Any]], tuple[float, float]] | None = None
    monotone: bool = False
    function: bool = False
    general: bool = False
    first_of: Mapping[torch._ops.OpOverload, torch._ops.OpOverload] = field(default_factory=dict)
    matches: Callable[[Node], bool] = _always
    problem: Callable[[Node], str | None] = _no_problem
    accepted: str = ""
