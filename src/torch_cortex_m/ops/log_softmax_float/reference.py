"""The exact reference of log_softmax_float on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import LogSoftmaxFloat


def reference(op: LogSoftmaxFloat, input: Tensor) -> Tensor:
    """[..., N] float32 -> [..., N] float32; see LogSoftmaxFloat."""
    differences = input - input.amax(-1, keepdim=True)
    sums = torch.zeros_like(differences[..., 0])
    for term in torch.exp(differences.double()).float().unbind(-1):
        sums = sums + term
    return differences - torch.log(sums.double()).float().unsqueeze(-1)
