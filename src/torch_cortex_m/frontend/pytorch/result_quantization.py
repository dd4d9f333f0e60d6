"""Which quantization the results of an operator have: what its pattern says, else the one of the
quantize node that they meet."""

from __future__ import annotations

from collections.abc import Mapping

from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ir import Quantization
from ...ops.pytorch.call import Activation, Integers, Operand
from ...ops.pytorch.node import is_real, values_of
from ...ops.pytorch.pattern import Pattern, Result
from .patterns import is_result, pattern_of, results
from .quantized import NodeQuantization, is_quantize, node_quantization
from .source import value_name, where


def following(node: Node, module: GraphModule) -> NodeQuantization | None:
    """The quantize node that a float result meets, behind data movement or not.

    Of several the one with the widest steps, so that no reader loses its range.
    """
    found: list[NodeQuantization] = []
    for user in node.users:
        pattern = pattern_of(user)
        if is_quantize(user):
            found.append(node_quantization(user, module))
        elif is_result(user) or (pattern is not None and pattern.result is Result.SHARED):
            behind = following(user, module)
            found += [] if behind is None else [behind]
    return max(found, key=lambda each: each.quantization.scale, default=None)


def result_quantization(
    node: Node,
    last: Node,
    pattern: Pattern,
    operands: Mapping[str, Operand],
    module: GraphModule,
) -> NodeQuantization | None:
    """Of an operator's float results. ``last`` is the node of what is fused with it."""
    if not any(is_real(value) for value in values_of(node)):
        return None
    if pattern.result is Result.FIXED:
        assert pattern.fixed is not None
        return NodeQuantization(pattern.fixed)
    first = operands.get(pattern.inputs[0])
    if pattern.result is Result.SHARED and isinstance(first, Activation):
        return NodeQuantization(first.quantization)
    if pattern.result is Result.SHARED and isinstance(first, Integers):
        return None
    met = following(last, module)
    if met is not None:
        return met
    if pattern.activation_range is not None and isinstance(first, Activation):
        return NodeQuantization(first.quantization)
    raise not_quantized(node)


def table_quantization(
    node: Node, pattern: Pattern, module: GraphModule
) -> NodeQuantization | None:
    """Of the result of a table: a known one, else the one that the result meets."""
    if not is_real(node.meta["val"]):
        return None
    if pattern.fixed is not None:
        return NodeQuantization(pattern.fixed)
    met = following(node, module)
    if met is None:
        raise not_quantized(node)
    return met


def parts_quantization(node: Node, module: GraphModule) -> dict[int, Quantization]:
    """The quantization of each of an operator's several results."""
    met = {place: following(part, module) for place, part in results(node)}
    return {place: each.quantization for place, each in met.items() if each is not None}


def not_quantized(node: Node, what: str | None = None) -> TcmError:
    what = what or f"the result of '{value_name(node)}' ({node.target})"
    return TcmError(
        f"{what} is not quantized",
        where=where(node),
        expected="a quantize node after the operator or after its activation",
        got="a float tensor; a compiled model never computes in float in the middle",
        hint="annotate this operator's output in the quantizer, or give the float model",
    )
