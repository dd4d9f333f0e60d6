"""table from PyTorch: the functions of one number."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.function import lower_function
from ..pytorch.node import REAL_DTYPES
from ..pytorch.pattern import Pattern, Result
from .functions import COMBINATIONS, FUNCTIONS, RESULTS

ACCEPTED = "of one tensor"


def _overloads(name: str) -> tuple[torch._ops.OpOverload, ...]:
    """Those of ``name``, or the one that it names, that take tensors and give one."""
    name, _, overload = name.partition(".")
    packet = getattr(torch.ops.aten, name)
    found = (getattr(packet, each) for each in ([overload] if overload else packet.overloads()))
    return tuple(each for each in found if _gives_a_tensor(each._schema))


def _gives_a_tensor(schema: torch._C.FunctionSchema) -> bool:
    takes = any(isinstance(argument.type, torch.TensorType) for argument in schema.arguments)
    gives = [isinstance(result.type, torch.TensorType) for result in schema.returns]
    return takes and gives == [True] and not schema.is_mutable


def _pattern(name: str, accepted: str) -> Pattern:
    return Pattern(
        _overloads(name),
        lower_function,
        inputs=(),
        result=Result.FIXED if name in RESULTS else Result.OBSERVED,
        fixed=RESULTS.get(name),
        function=True,
        general=True,
        dtypes=(*REAL_DTYPES, torch.bool),
        problem=_problem,
        accepted=accepted,
    )


def _problem(node: Node) -> str:
    """Of a use that is not a function of one tensor: nobody asks about others."""
    return f"only {ACCEPTED}, with numbers and with constants of one value, is supported"


PATTERNS = [
    *(_pattern(name, "") for name in FUNCTIONS),
    *(_pattern(name, ACCEPTED) for name in COMBINATIONS),
]
