"""Operators that PyTorch itself takes apart into others that are supported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten

COMPOSITES = (
    *("absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "clip", "divide"),
    *("cosine_similarity", "einsum", "fix", "greater", "greater_equal", "huber_loss", "l1_loss"),
    *("less", "less_equal", "logsumexp", "mse_loss", "multiply", "negative", "not_equal"),
    *(
        "outer",
        "pairwise_distance",
        "smooth_l1_loss",
        "special_exp2",
        "special_expm1",
        "special_log1p",
    ),
    *("special_logit", "subtract", "true_divide"),
    *("broadcast_tensors", "diff", "inner", "linalg_vecdot"),
    *("gru_cell", "lstm_cell", "rnn_relu_cell", "rnn_tanh_cell", "unsafe_chunk", "unsafe_split"),
)
"""Other names of operators, distances, losses, and cells of recurrent networks."""


def decompositions() -> dict[torch._ops.OperatorBase, Callable[..., Any]]:
    """For ``ExportedProgram.run_decompositions``: these operators and no others."""
    table = torch.export.default_decompositions()
    packets = (getattr(aten, name) for name in COMPOSITES)
    operators = (getattr(packet, each) for packet in packets for each in packet.overloads())
    return {operator: table[operator] for operator in operators if operator in table}
