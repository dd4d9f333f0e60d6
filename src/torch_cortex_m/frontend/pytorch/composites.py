"""Operators that PyTorch itself takes apart into others that are supported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

aten = torch.ops.aten

OTHER_NAMES = (
    *("absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh"),
    *("divide", "fix", "greater", "greater_equal", "less", "less_equal", "multiply", "negative"),
    *("not_equal", "subtract", "true_divide", "special_exp2", "special_expit", "special_log1p"),
)
"""Of operators that have another."""

COMPOSITES = (
    *OTHER_NAMES,
    *("einsum", "inner", "outer", "tensordot", "linalg_matmul", "linalg_multi_dot"),
    *("broadcast_tensors", "l1_loss", "mse_loss", "cosine_similarity", "pairwise_distance"),
    *("gru_cell", "lstm_cell", "rnn_relu_cell", "rnn_tanh_cell", "unsafe_chunk", "unsafe_split"),
    *("diff", "linalg_vecdot"),
)


def decompositions() -> dict[torch._ops.OperatorBase, Callable[..., Any]]:
    """For ``ExportedProgram.run_decompositions``: these operators and no others."""
    table = torch.export.default_decompositions()
    return {operator: table[operator] for operator in _overloads() if operator in table}


def _overloads() -> Iterator[torch._ops.OpOverload]:
    for name in COMPOSITES:
        packet = getattr(aten, name)
        yield from (getattr(packet, overload) for overload in packet.overloads())
