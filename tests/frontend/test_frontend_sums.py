"""Matrix products, attention, norms, reductions, transposed convolutions and pools from PyTorch."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import check_model, operators, seeded
from test_frontend_operators import Factory, Shape, constant, function
from torch import Tensor, nn

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
    (
        "baddbmm_of_nothing",
        function(lambda m, x, y: torch.baddbmm(torch.zeros(1), x, y, beta=0, alpha=0.3)),
        (A, B),
        ["batch_matmul"],
    ),
    ("matmul_times_a_number", function(lambda m, x, y: x @ y * 0.25), (A, B), ["batch_matmul"]),
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
        ["batch_matmul", "table", "add"],
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


class Attention(nn.Module):
    """Multi-head attention written by hand, as in many models."""

    def __init__(self, *, causal: bool) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(16, 16) for _ in range(3))
        self.causal = causal
        self.register_buffer("mask", torch.ones(6, 6).tril().reshape(1, 1, 6, 6))

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            layer(x).view(2, 6, 2, 8).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(-2, -1) / math.sqrt(8)
        if self.causal:
            scores = scores.masked_fill(self.mask == 0, float("-inf"))
        return (scores.softmax(-1) @ value).transpose(1, 2).reshape(2, 6, 16)


def attention(**options: Any) -> Factory:
    """Scaled dot-product attention of three inputs; a mask is a buffer."""
    mask = options.pop("attn_mask", None)
    buffers = {} if mask is None else {"mask": mask}

    def forward(m: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        given = options if mask is None else {**options, "attn_mask": m.mask}
        return functional.scaled_dot_product_attention(q, k, v, **given)

    return function(forward, **buffers)


def affine(factory: Factory) -> Factory:
    """With a weight and a bias that matter."""

    def build() -> nn.Module:
        model = factory()
        for parameter in model.parameters():
            parameter.data += 0.5 * torch.randn(parameter.shape, generator=seeded(5))
        return model

    return build


HEADS = ((2, 2, 5, 8), (2, 2, 6, 8), (2, 2, 6, 4))
TWO_PRODUCTS = ["batch_matmul", "softmax", "batch_matmul"]
KEPT = torch.rand(5, 6, generator=seeded(4)) < 0.6
KEPT[:, 2] = True

ATTENTION: list[Case] = [
    ("attention", attention(), HEADS, TWO_PRODUCTS),
    ("attention_scale", attention(scale=0.1), HEADS, TWO_PRODUCTS),
    ("attention_causal", attention(is_causal=True), HEADS, TWO_PRODUCTS),
    ("attention_rank_3", attention(), tuple(shape[1:] for shape in HEADS), TWO_PRODUCTS),
    ("attention_bool_mask", attention(attn_mask=KEPT), HEADS, TWO_PRODUCTS),
    (
        "attention_float_mask",
        attention(attn_mask=torch.zeros(5, 6).masked_fill(~KEPT, float("-inf"))),
        HEADS,
        TWO_PRODUCTS,
    ),
    (
        "attention_bias",
        attention(attn_mask=constant(2, 5, 6).masked_fill(~KEPT, float("-inf"))),
        HEADS,
        ["batch_matmul", "add", "softmax", "batch_matmul"],
    ),
    (
        "attention_shared_keys",
        attention(),
        ((2, 4, 5, 8), (2, 1, 6, 8), (2, 1, 6, 4)),
        ["batch_matmul", "table", "softmax", "batch_matmul"],
    ),
    (
        "attention_by_hand",
        lambda: Attention(causal=False),
        ((2, 6, 16),),
        ["linear"] * 3 + TWO_PRODUCTS,
    ),
    (
        "attention_by_hand_causal",
        lambda: Attention(causal=True),
        ((2, 6, 16),),
        ["linear"] * 3 + TWO_PRODUCTS,
    ),
    (
        "softmax_of_a_sum_with_a_mask",
        function(
            lambda m, x: (x + m.mask).softmax(1),
            mask=torch.zeros(4, 8, 8).masked_fill(constant(4, 8, 8) < -1, float("-inf")),
        ),
        ((1, 4, 8, 8),),
        ["softmax"],
    ),
    (
        "softmax_of_where",
        function(
            lambda m, x: torch.where(m.kept, x, torch.tensor(-1e9)).softmax(-1),
            kept=KEPT,
        ),
        ((3, 5, 6),),
        ["softmax"],
    ),
]

NORMS: list[Case] = [
    (name, factory, (shape,), ["normalize"])
    for name, factory, shape in (
        ("layer_norm", affine(lambda: nn.LayerNorm(16)), (2, 5, 16)),
        ("layer_norm_of_an_image", affine(lambda: nn.LayerNorm([4, 8, 8])), (2, 4, 8, 8)),
        ("layer_norm_plain", lambda: nn.LayerNorm(16, elementwise_affine=False), (5, 16)),
        ("layer_norm_no_bias", affine(lambda: nn.LayerNorm(16, bias=False)), (5, 16)),
        ("layer_norm_relu", lambda: nn.Sequential(nn.LayerNorm(16), nn.ReLU()), (5, 16)),
        ("group_norm", affine(lambda: nn.GroupNorm(2, 8)), (2, 8, 5, 4)),
        ("group_norm_1d", affine(lambda: nn.GroupNorm(4, 8)), (2, 8, 9)),
        ("group_norm_rank_2", affine(lambda: nn.GroupNorm(2, 8)), (3, 8)),
        ("group_norm_rank_5", affine(lambda: nn.GroupNorm(2, 4)), (2, 4, 2, 3, 5)),
        ("group_norm_plain", lambda: nn.GroupNorm(1, 8, affine=False), (2, 8, 5, 4)),
        ("instance_norm", lambda: nn.InstanceNorm2d(4), (2, 4, 8, 8)),
        ("instance_norm_affine", affine(lambda: nn.InstanceNorm2d(4, affine=True)), (2, 4, 8, 8)),
        ("instance_norm_1d", lambda: nn.InstanceNorm1d(4), (2, 4, 9)),
        ("rms_norm", affine(lambda: nn.RMSNorm(16)), (2, 5, 16)),
        ("rms_norm_eps", affine(lambda: nn.RMSNorm(16, eps=0.1)), (5, 16)),
        ("normalize", function(lambda m, x: functional.normalize(x, dim=-1)), (5, 16)),
        ("normalize_channels", function(lambda m, x: functional.normalize(x)), (2, 6, 3, 4)),
        (
            "normalize_two",
            function(lambda m, x: x / x.norm(dim=(1, 3), keepdim=True)),
            (2, 3, 4, 5),
        ),
        (
            "normalize_by_hand",
            function(lambda m, x: x / x.norm(dim=-1, keepdim=True)),
            (5, 16),
        ),
    )
]
NORMS.append(
    (
        "instance_norm_with_statistics",
        lambda: nn.InstanceNorm2d(4, track_running_stats=True, affine=True),
        ((1, 4, 8, 8),),
        ["depthwise_conv2d"],
    )
)


def with_batch_norm(factory: Factory) -> Factory:
    return lambda: nn.Sequential(factory(), nn.BatchNorm2d(6), nn.ReLU())


TRANSPOSED: list[Case] = [
    (f"conv_transpose{name}", factory, (shape,), ["conv_transpose2d"])
    for name, factory, shape in (
        ("2d", lambda: nn.ConvTranspose2d(4, 6, 3), (1, 4, 5, 6)),
        ("2d_stride", lambda: nn.ConvTranspose2d(4, 6, 2, 2), (1, 4, 5, 6)),
        ("2d_padding", lambda: nn.ConvTranspose2d(4, 6, 4, 2, 1), (1, 4, 5, 6)),
        ("2d_output_padding", lambda: nn.ConvTranspose2d(4, 6, 3, 2, 1, 1), (1, 4, 5, 6)),
        (
            "2d_mixed",
            lambda: nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (0, 2), bias=False),
            (2, 4, 5, 6),
        ),
        ("2d_dilation", lambda: nn.ConvTranspose2d(4, 6, 3, 2, dilation=2), (1, 4, 5, 6)),
        ("2d_groups", lambda: nn.ConvTranspose2d(4, 6, 3, 2, groups=2), (1, 4, 5, 6)),
        ("2d_depthwise", lambda: nn.ConvTranspose2d(4, 4, 4, 2, 1, groups=4), (1, 4, 5, 6)),
        ("2d_unbatched", lambda: nn.ConvTranspose2d(4, 6, 3, 2), (4, 5, 6)),
        ("2d_batch_norm", with_batch_norm(lambda: nn.ConvTranspose2d(4, 6, 3, 2)), (1, 4, 5, 6)),
        ("1d", lambda: nn.ConvTranspose1d(4, 6, 4, 2, 1), (2, 4, 9)),
        ("1d_groups", lambda: nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, groups=2), (1, 4, 9)),
    )
]
TRANSPOSED.append(
    (
        "conv_transpose2d_groups_batch_norm",
        with_batch_norm(lambda: nn.ConvTranspose2d(4, 6, 3, 2, groups=2)),
        ((1, 4, 5, 6),),
        ["conv_transpose2d", "depthwise_conv2d"],
    )
)

CASES = [*PRODUCTS, *ATTENTION, *NORMS, *TRANSPOSED]


STEPS = {"attention_bias": 2.0}
"""Quantization steps that a result may be away from PT2E's program, where constants that are not
weights are rounded here and not there, and where roundings follow each other."""


@pytest.mark.parametrize(
    ("name", "factory", "shapes", "expected"), CASES, ids=[case[0] for case in CASES]
)
def test_operator(
    name: str, factory: Factory, shapes: tuple[Shape, ...], expected: list[str]
) -> None:
    torch.manual_seed(7)
    graph = check_model(factory(), shapes, exact=0.6, steps=STEPS.get(name, 1.0))
    assert sorted(operators(graph)) == sorted(expected)
    assert [port.shape for port in graph.inputs] == list(shapes)
