"""Whether the whole program can be compiled, asked before the work begins."""

from __future__ import annotations

import operator

import torch
import torch.nn.functional as functional
from torch import Tensor
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ops.pytorch.node import arguments, is_constant
from .inputs import dtype_name
from .patterns import has_pattern, pattern_of, patterns
from .program import constant_name, constant_value
from .quantized import is_dequantize, is_quantize
from .source import operator_name, where

NO_OPERATOR = "not supported"


def check_supported(module: GraphModule) -> None:
    """Raises one TcmError that names every operator that cannot be compiled, and where it is."""
    found = [
        f"{operator_name(node)} at {where(node)}: {reason}"
        for node in module.graph.nodes
        if node.op == "call_function" and (reason := _problem(node)) is not None
    ]
    if found:
        count = "one operator" if len(found) == 1 else f"{len(found)} operators"
        raise TcmError(
            f"the model has {count} that cannot be compiled",
            where=None if len(found) > 1 else found[0].partition(" at ")[2].partition(": ")[0],
            expected=f"{', '.join(supported_functions())}; every weight is a constant",
            got="".join(f"\n    {line}" for line in found) if len(found) > 1 else found[0],
            hint="write these parts of the model with supported operators, "
            "or move them before its inputs or after its outputs",
        )


def supported_functions() -> list[str]:
    """The operators that can be compiled, as torch.nn.functional and Tensor name them."""
    names = {target.overloadpacket.__name__ for pattern in patterns() for target in pattern.targets}
    public = {name for name in names if hasattr(functional, name) or hasattr(Tensor, name)}
    return sorted({name for name in public if name[0] != "_"} | {"batch_norm", "dropout"})


def _problem(node: Node) -> str | None:
    if is_quantize(node) or is_dequantize(node):
        return None
    if node.target is operator.getitem and pattern_of(node.args[0]) is None:  # type: ignore[arg-type]
        return None
    value = node.meta.get("val")
    if isinstance(value, Tensor) and value.dtype not in (torch.float32, torch.int8):
        return f"computes in {dtype_name(value.dtype)}"
    pattern = pattern_of(node)
    if pattern is None:
        return _problem_without_pattern(node)
    if pattern.weight is not None and not is_constant(arguments(node)[pattern.weight.argument]):
        return f"its {pattern.weight.argument} is not a constant"
    return pattern.problem(node)


def _problem_without_pattern(node: Node) -> str:
    return NO_OPERATOR if not has_pattern(node.target) else "this use is not supported"


def check_constants(module: GraphModule) -> None:
    """Every float constant that the program uses is float32 and finite."""
    for node in module.graph.find_nodes(op="get_attr"):
        data = constant_value(module, node)
        if not node.users or not data.dtype.is_floating_point:
            continue
        finite = torch.isfinite(data)
        if not bool(finite.all()):
            bad = data[~finite]
            raise TcmError(
                "a parameter is not finite",
                where=constant_name(node),
                expected="finite numbers",
                got=f"{bad.numel()} of {data.numel()} elements are NaN or infinite",
                hint="check the training or the checkpoint",
            )
