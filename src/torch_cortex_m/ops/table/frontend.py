"""table from PyTorch: the functions of one number."""

from __future__ import annotations

import torch
from torch.fx import Node

from ..pytorch.function import lower_function, overloads
from ..pytorch.node import REAL_DTYPES
from ..pytorch.pattern import Pattern, Result
from .functions import COMBINATIONS, FUNCTIONS, RESULTS

ACCEPTED = "of one tensor"


def _pattern(name: str, accepted: str) -> Pattern:
    return Pattern(
        overloads(name),
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
