"""Whether the whole program can be compiled, asked before the work begins."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor
from torch._ops import HigherOrderOperator
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ops.pytorch.node import REAL_DTYPES, arguments, is_constant, values_of
from ...ops.pytorch.pattern import Pattern
from .clean.expansions import EXPANDED
from .decompositions import DECOMPOSED
from .functions import find_functions
from .inputs import dtype_name
from .instead import INSTEAD, instead_of
from .patterns import has_pattern, is_result, pattern_of, patterns
from .program import constant_name, constant_value
from .quantized import is_dequantize, is_quantize
from .source import operator_name, where

NO_OPERATOR = "not supported"

MOST_LISTED = 3
"""Places of one operator that a message lists."""


def check_supported(module: GraphModule) -> None:
    """Raises one TcmError that names every operator that cannot be compiled, and where it is."""
    functions = find_functions(module)
    asked = (node for node in module.graph.nodes if node not in functions.absorbed)
    _refuse(
        [
            (node, reason)
            for node in asked
            if node.op == "call_function"
            and (reason := _problem(node, node in functions.of)) is not None
        ]
    )


def check_no_control_flow(module: GraphModule) -> None:
    """Raises the same for operators that call functions, such as torch.cond."""
    _refuse(
        [
            (node, "an operator that calls functions is not supported")
            for node in module.graph.nodes
            if isinstance(node.target, HigherOrderOperator)
        ]
    )


def _refuse(found: list[tuple[Node, str]]) -> None:
    """Raises a TcmError for these (node, reason), unless there are none; uses of one operator that
    are refused for one reason share a line."""
    if not found:
        return
    places: dict[tuple[str, str], list[str]] = {}
    for node, reason in found:
        places.setdefault((operator_name(node), reason), []).append(where(node))
    supported = supported_functions()
    lines = [
        f"{name} at {_listed(at)}: {reason}{_instead(name, reason, supported)}"
        for (name, reason), at in places.items()
    ]
    count = "one operator" if len(lines) == 1 else f"{len(lines)} operators"
    uses = f", in {len(found)} places" if len(found) > len(lines) else ""
    raise TcmError(
        f"the model has {count} that cannot be compiled{uses}",
        where=where(found[0][0]) if len(found) == 1 else None,
        expected="operators that `tcm ops` lists, and constants as weights",
        got="".join(f"\n    {line}" for line in lines) if len(lines) > 1 else lines[0],
        hint="write these parts of the model with supported operators, "
        "or move them before its inputs or after its outputs",
    )


def _instead(name: str, reason: str, supported: list[str]) -> str:
    """What to write, where nothing of an operator can be compiled."""
    other = instead_of(name, supported) if reason == NO_OPERATOR or name in INSTEAD else None
    return "" if other is None else f"; instead: {other}"


def _listed(places: list[str]) -> str:
    """The first different places, and how many uses there are, if that is more."""
    different = list(dict.fromkeys(places))
    listed = ", ".join(different[:MOST_LISTED])
    if len(places) == len(different) <= MOST_LISTED:
        return listed
    others = " and others" if len(different) > MOST_LISTED else ""
    return f"{listed}{others} ({len(places)} uses)"


def supported_functions() -> list[str]:
    """The operators of which nearly all uses can be compiled, as torch.nn.functional and Tensor
    name them."""
    found = {name for pattern in patterns() if not pattern.accepted for name in _names(pattern)}
    return sorted(found | _public({"batch_norm", "dropout", *DECOMPOSED, *EXPANDED}))


def _names(pattern: Pattern) -> set[str]:
    """The public names of a pattern's operators."""
    return _public({target.overloadpacket.__name__ for target in pattern.targets})


def _public(names: set[str]) -> set[str]:
    """Those that users know."""
    places = (functional, Tensor, torch)
    return {n for n in names if n[0] != "_" and any(hasattr(place, n) for place in places)}


def _problem(node: Node, is_table: bool) -> str | None:
    """Why a node cannot be compiled; ``is_table``: whether it is a function of one tensor."""
    if is_quantize(node) or is_dequantize(node):
        return None
    if is_result(node):
        return None
    pattern = pattern_of(node)
    if any(value.dtype.is_complex for value in _read_and_given(node)):
        return "complex numbers are not supported"
    for value in values_of(node):
        if value.dtype not in (REAL_DTYPES if pattern is None else pattern.dtypes):
            return f"computes in {dtype_name(value.dtype)}"
    if is_table:
        return None
    if pattern is None:
        return _problem_without_pattern(node)
    if pattern.weight is not None and not is_constant(arguments(node)[pattern.weight.argument]):
        return f"its {pattern.weight.argument} is not a constant"
    return pattern.problem(node)


def _read_and_given(node: Node) -> list[Tensor]:
    return [value for each in (node, *node.all_input_nodes) for value in values_of(each)]


def _problem_without_pattern(node: Node) -> str:
    return NO_OPERATOR if not has_pattern(node.target) else "this use is not supported"


def check_constants(module: GraphModule, *, masks: bool) -> None:
    """Every float constant that the program uses is finite; ``masks``: or -inf, as a mask may have
    it that is added to scores."""
    for node in module.graph.find_nodes(op="get_attr"):
        data = constant_value(module, node)
        if not node.users or not data.dtype.is_floating_point:
            continue
        finite = torch.isfinite(data) | (torch.isneginf(data) & masks)
        if not bool(finite.all()):
            bad = data[~finite]
            raise TcmError(
                "a parameter is not finite",
                where=constant_name(node),
                expected="finite numbers",
                got=f"{bad.numel()} of {data.numel()} elements are NaN or infinite",
                hint="check the training or the checkpoint",
            )
