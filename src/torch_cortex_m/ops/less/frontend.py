"""less from PyTorch: lt, le, gt and ge of tensors, constants and numbers."""

from __future__ import annotations

import torch

from ..pytorch.comparisons import comparison

aten = torch.ops.aten

PATTERNS = [
    comparison((aten.lt.Tensor, aten.lt.Scalar), "less"),
    comparison((aten.gt.Tensor, aten.gt.Scalar), "less", swapped=True),
    comparison((aten.ge.Tensor, aten.ge.Scalar), "less", negated=True),
    comparison((aten.le.Tensor, aten.le.Scalar), "less", swapped=True, negated=True),
]
