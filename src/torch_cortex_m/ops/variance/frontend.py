"""variance from PyTorch: var, std, and the Euclidean norm."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import torch
from torch.fx import Node

from ..integers.arithmetic import quantize_multiplier
from ..pytorch.call import PytorchCall
from ..pytorch.node import arguments
from ..pytorch.pattern import Pattern, ResultOf, SingleCall
from ..pytorch.reduction import count_problem, reduce, reduced_count
from .op import Variance

aten = torch.ops.aten


def _lower(call: PytorchCall, factor: float, *, centered: bool, root: bool) -> str:
    """``factor``: what the squares of real numbers are multiplied by."""
    input = call.input("self").quantization
    real = input.scale * sqrt(factor) if root else input.scale**2 * factor
    multiplier, shift = quantize_multiplier(real / call.output.scale)
    fields = {
        "centered": centered,
        "root": root,
        "multiplier": multiplier,
        "shift": shift,
        "input_offset": -input.zero_point,
        "output_offset": call.output.zero_point,
        **call.activation_limits(),
    }
    return reduce(call, lambda blocks: call.emit("variance", (blocks,), **fields))


def _lower_deviation(root: bool) -> Callable[[PytorchCall], str]:
    def lower(call: PytorchCall) -> str:
        count = reduced_count(call.node)
        factor = 1 / (count * (count - _correction(call.node)))
        return _lower(call, factor, centered=True, root=root)

    return lower


def _lower_norm(call: PytorchCall) -> str:
    return _lower(call, 1.0, centered=False, root=True)


def _correction(node: Node) -> float:
    """What is taken from the count, by default 1."""
    values = arguments(node)
    correction = values.get("correction")
    if values.get("unbiased") is False:
        return 0
    return 1 if correction is None else correction


def _problem(node: Node) -> str | None:
    if _correction(node) >= reduced_count(node):
        return f"of {reduced_count(node)} elements it is not a number"
    return count_problem(node, Variance.largest_count)


def _norm_problem(node: Node) -> str | None:
    if arguments(node)["ord"] != 2:
        return "only the Euclidean norm (2) is supported; others are sums or maxima of abs(x)"
    return count_problem(node, Variance.largest_count)


def _result_of(variance: torch._ops.OpOverload) -> ResultOf:
    def result_of(node: Node, place: int) -> SingleCall:
        values = arguments(node)
        if place == 0:
            return SingleCall(variance, node.args, node.kwargs)
        return SingleCall(aten.mean.dim, (values["self"], values["dim"], values["keepdim"]))

    return result_of


VARIANCE_AND_MEAN = {
    aten.var_mean.dim: _result_of(aten.var.dim),
    aten.var_mean.correction: _result_of(aten.var.correction),
}

PATTERNS = [
    *(
        Pattern(
            targets,
            _lower_deviation(root),
            inputs=("self",),
            fuses_activation=True,
            result_of=result_of,
            problem=_problem,
        )
        for root, targets, result_of in (
            (False, (aten.var.default, aten.var.dim, aten.var.correction), VARIANCE_AND_MEAN),
            (True, (aten.std.default, aten.std.dim, aten.std.correction), {}),
        )
    ),
    Pattern(
        (aten.linalg_vector_norm.default,),
        _lower_norm,
        inputs=("self",),
        fuses_activation=True,
        problem=_norm_problem,
    ),
]
