"""equal from PyTorch: eq and ne of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.comparisons import comparison

aten = torch.ops.aten

PATTERNS = [
    comparison((aten.eq.Tensor, aten.eq.Scalar), "equal"),
    comparison((aten.ne.Tensor, aten.ne.Scalar), "equal", negated=True),
]
