"""Matrix products, attention, norms, reductions, transposed convolutions and pools from PyTorch."""

from __future__ import annotations

import pytest
import torch
from frontend_checks import check_model, operators
from test_frontend_operators import Factory, Shape, constant, function
from torch import nn

Case = tuple[str, Factory, tuple[Shape, ...], list[str]]

A, B = (2, 3, 8), (2, 8, 5)

PRODUCTS: list[Case] = [
    ("matmul", function(lambda m, x, y: x @ y), (A, B), ["batch_matmul"]),
    ("matmul_rank_2", function(lambda m, x, y: x @ y), ((3, 8), (8, 5)), ["batch_matmul"]),
    ("matmul_vector", function(lambda m, x, y: x @ y), (A, (8,)), ["batch_matmul"]),
    ("vector_matmul", function(lambda m, x, y: x @ y), ((8,), B), ["batch_matmul"]),
    ("dot", function(lambda m, x: torch.matmul(x, x)), ((40,),), ["batch_matmul"]),
    (
        "matmul_broadcast",
        function(lambda m, x, y: x @ y),
        ((2, 1, 3, 8), (4, 8, 5)),
        ["batch_matmul"],
    ),
    (
        "matmul_transposed",
        function(lambda m, x, y: x @ y.transpose(-1, -2)),
        (A, (2, 5, 8)),
        ["batch_matmul"],
    ),
    ("matmul_itself", function(lambda m, x: x @ x.mT), (A,), ["batch_matmul"]),
    ("matmul_relu", function(lambda m, x, y: torch.relu(x @ y)), (A, B), ["batch_matmul"]),
    ("bmm", function(lambda m, x, y: torch.bmm(x, y)), (A, B), ["batch_matmul"]),
    ("mm", function(lambda m, x, y: torch.mm(x, y)), ((3, 8), (8, 5)), ["batch_matmul"]),
    ("constant_left", function(lambda m, x: m.w @ x, w=constant(4, 8)), (B,), ["batch_matmul"]),
    ("constants", function(lambda m, x: x @ m.w, w=constant(2, 8, 5)), (A,), ["batch_matmul"]),
    ("constant_vector", function(lambda m, x: x @ m.w, w=constant(8)), (A,), ["batch_matmul"]),
    (
        "baddbmm",
        function(lambda m, c, x, y: torch.baddbmm(c, x, y, beta=0.5, alpha=2)),
        ((2, 3, 5), A, B),
        ["batch_matmul", "mul", "mul", "add"],
    ),
    (
        "addmm_of_tensors",
        function(lambda m, c, x, y: torch.addmm(c, x, y)),
        ((5,), (3, 8), (8, 5)),
        ["batch_matmul", "add"],
    ),
    (
        "addmm_matrix",
        function(lambda m, c, x: torch.addmm(c, x, m.w), w=constant(8, 5)),
        ((3, 5), (3, 8)),
        ["linear", "add"],
    ),
    (
        "linear_of_tensors",
        function(lambda m, x, w: nn.functional.linear(x, w, m.b), b=constant(5)),
        ((2, 3, 8), (5, 8)),
        ["batch_matmul", "add"],
    ),
    (
        "einsum",
        function(lambda m, x, y: torch.einsum("bij,bjk->bik", x, y)),
        (A, B),
        ["batch_matmul"],
    ),
    (
        "einsum_heads",
        function(lambda m, x, y: torch.einsum("bihd,bjhd->bhij", x, y)),
        ((1, 4, 2, 8), (1, 6, 2, 8)),
        ["batch_matmul"],
    ),
    (
        "einsum_constant",
        function(lambda m, x: torch.einsum("bij,jk->bik", x, m.w), w=constant(8, 5)),
        (A,),
        ["batch_matmul"],
    ),
]

CASES = [*PRODUCTS]


@pytest.mark.parametrize(
    ("factory", "shapes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_operator(factory: Factory, shapes: tuple[Shape, ...], expected: list[str]) -> None:
    torch.manual_seed(7)
    graph = check_model(factory(), shapes, exact=0.6)
    assert sorted(operators(graph)) == sorted(expected)
    assert [port.shape for port in graph.inputs] == list(shapes)
