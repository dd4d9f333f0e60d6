"""Pattern: what an operator's frontend.py declares about PyTorch, as ``PATTERNS``.

A pattern names aten operators, says how their result is quantized, and lowers one use of them to
the graph. The frontend finds patterns by looking into the operators' folders; it has no list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.fx import Node

from ...ir import Quantization
from .call import PytorchCall
from .node import REAL_DTYPES


class Result(Enum):
    """Where the quantization parameters of an operator's result come from."""

    OBSERVED = "calibration"
    """Its own range, seen in calibration."""
    SHARED = "input"
    """The operator moves or averages data: the input's parameters are right for the result."""
    FIXED = "operator"
    """The operator's range is known: ``Pattern.fixed``."""
    INTEGERS = "none"
    """There are none: the result is indices or truth values."""


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


class SingleCall(NamedTuple):
    """A call of an aten operator with one result."""

    target: torch._ops.OpOverload
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Recurrence:
    """What the pattern of a recurrent layer adds: the weights of its gates, and its states.

    gates: how many blocks of rows the weights have, each with one scale.
    weights: argument of a weight -> that of its bias; "": it has none.
    continued: for each result the argument that is the same before the first step; "": none is.
    states: the layer's arguments -> for each result its values before and behind each step.
    """

    gates: int
    weights: Mapping[str, str]
    continued: tuple[str, ...]
    states: Callable[..., tuple[Tensor, ...]]


ResultOf = Callable[[Node, int], SingleCall | None]


def first_result(target: torch._ops.OpOverload) -> ResultOf:
    """The rule of an operator whose first result is what ``target`` gives for its arguments."""

    def result_of(node: Node, place: int) -> SingleCall | None:
        return None if place else SingleCall(target, node.args, node.kwargs)

    return result_of


def _always(node: Node) -> bool:
    return True


def _no_problem(node: Node) -> str | None:
    return None


@dataclass(frozen=True)
class Pattern:
    """aten operators that one lowering turns into nodes of the graph.

    targets: the overloads.
    lower: emits nodes for one call and returns the name of the value that is its result, or of
        several results all names; then the parameters are those of all results that are real.
    inputs: names of the aten arguments that are activations.
    result: where the result's quantization parameters come from; ``fixed`` has them for FIXED.
    weight: the constant operand of a weighted sum.
    recurrence: of a recurrent layer.
    wide: arguments that are int16 where an input of the model is one of them, only moved.
    fuses_activation: whether an activation that follows becomes part of the operator.
    activation_range: for an operator that only clamps, arguments -> (low, high).
    shares_scale: whether inputs that nothing else reads take the result's parameters, where they
        are observed, too; and the result those of its inputs, where these are of one tensor.
    monotone: whether every result element is an input element or the largest of some, so that
        clamping before or after gives the same.
    function: whether every result element is a function of the operands' elements at its place, so
        that a part of the program that depends on one tensor alone may become one table.
    general: whether another operator's pattern comes before this one.
    result_of: overload with several results -> for a use and the place of a result the call that
        gives this result alone, None if there is none. Such calls take the place of the results
        before anything else happens.
    dtypes: the types that results may have.
    matches: which uses of the targets are meant, where several operators share targets.
    problem: says why a use is not supported (None: it is).
    accepted: which uses ``problem`` lets pass, in words that follow the operator's name; empty
        where that is nearly all of them.
    """

    targets: tuple[torch._ops.OpOverload, ...]
    lower: Callable[[PytorchCall], str | tuple[str, ...]]
    inputs: tuple[str, ...] = ("input",)
    result: Result = Result.OBSERVED
    fixed: Quantization | None = None
    weight: Weight | None = None
    recurrence: Recurrence | None = None
    wide: tuple[str, ...] = ()
    fuses_activation: bool = False
    activation_range: Callable[[Mapping[str, Any]], tuple[float, float]] | None = None
    monotone: bool = False
    function: bool = False
    general: bool = False
    shares_scale: bool = False
    result_of: Mapping[torch._ops.OpOverload, ResultOf] = field(default_factory=dict)
    dtypes: tuple[torch.dtype, ...] = REAL_DTYPES
    matches: Callable[[Node], bool] = _always
    problem: Callable[[Node], str | None] = _no_problem
    accepted: str = ""
