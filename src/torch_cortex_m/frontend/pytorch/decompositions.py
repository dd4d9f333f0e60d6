"""Operators that PyTorch itself takes apart into others that are supported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

aten = torch.ops.aten

NAMES = (
    *("absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "clip", "divide"),
    *("fix", "greater", "greater_equal", "less", "less_equal", "multiply", "negative", "not_equal"),
    *("special_exp2", "special_expm1", "special_log1p", "special_logit"),
    *("special_logsumexp", "special_log_softmax", "special_softmax", "subtract", "true_divide"),
    "linalg_matmul",
)
"""Other names of supported operators."""

PRODUCTS = (
    *("addr", "chain_matmul", "cross", "einsum", "inner", "kron", "linalg_cross"),
    *("linalg_multi_dot", "linalg_vecdot", "outer", "tensordot"),
)

DISTANCES = (
    *("binary_cross_entropy_with_logits", "cosine_embedding_loss", "cosine_similarity"),
    *("huber_loss", "kl_div", "l1_loss", "margin_ranking_loss", "mse_loss", "pairwise_distance"),
    *("smooth_l1_loss", "soft_margin_loss", "triplet_margin_loss"),
)

REDUCTIONS = (
    *("aminmax", "cumulative_trapezoid", "linalg_matrix_norm", "linalg_norm"),
    *("logsumexp", "nanmean", "nansum", "norm", "std_mean", "trace", "trapezoid", "trapz"),
)

MOVEMENT = (
    *("argsort", "broadcast_tensors", "diff", "gradient", "meshgrid", "msort"),
    *("unsafe_chunk", "unsafe_split"),
)

DECOMPOSED = (*NAMES, *PRODUCTS, *DISTANCES, *REDUCTIONS, *MOVEMENT)
"""What is taken apart, as aten names it."""


def decompositions() -> dict[torch._ops.OperatorBase, Callable[..., Any]]:
    """For ``ExportedProgram.run_decompositions``: these operators and no others."""
    table = torch.export.default_decompositions()
    packets = (getattr(aten, name) for name in DECOMPOSED)
    operators = (getattr(packet, each) for packet in packets for each in packet.overloads())
    return {operator: table[operator] for operator in operators if operator in table}
