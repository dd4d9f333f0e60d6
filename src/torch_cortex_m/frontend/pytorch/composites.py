"""Operators that PyTorch itself takes apart into others that are supported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten

COMPOSITES = (
    aten.cosine_similarity.default,
    aten.einsum.default,
    aten.outer.default,
)


def decompositions() -> dict[torch._ops.OperatorBase, Callable[..., Any]]:
    """For ``ExportedProgram.run_decompositions``: these operators and no others."""
    table = torch.export.default_decompositions()
    return {operator: table[operator] for operator in COMPOSITES}
