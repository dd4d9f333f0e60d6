"""Matrix products, attention, norms, reductions, transposed convolutions and pools from PyTorch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, check_model, operators, run_float, seeded
from test_frontend_operators import IMAGE, Factory, Shape, constant, function
from torch import Tensor, nn

from torch_cortex_m.frontend.pytorch import import_pytorch

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

REDUCTIONS: list[Case] = [
    (name, function(lambda m, x, body=body: body(x)), ((2, 3, 4, 5),), [operator])
    for name, body, operator in (
        ("sum", lambda x: x.sum(), "mean"),
        ("sum_last", lambda x: x.sum(-1), "mean"),
        ("sum_distant", lambda x: x.sum((0, 2), keepdim=True), "mean"),
        ("sum_relu", lambda x: x.sum(1).relu(), "mean"),
        ("mean_all", lambda x: x.mean(), "mean"),
        ("mean_channels", lambda x: x.mean(1), "mean"),
        ("mean_distant", lambda x: x.mean((1, 3), keepdim=True), "mean"),
        ("amax", lambda x: x.amax(1), "extreme"),
        ("amax_distant", lambda x: x.amax((0, -1), keepdim=True), "extreme"),
        ("amin", lambda x: x.amin(-1), "extreme"),
        ("max_all", lambda x: x.max(), "extreme"),
        ("min_all", lambda x: x.min(), "extreme"),
        ("max_values", lambda x: x.max(1)[0], "extreme"),
        ("min_values", lambda x: x.min(-1, keepdim=True).values, "extreme"),
        ("var", lambda x: x.var(1), "variance"),
        ("var_all", lambda x: x.var(), "variance"),
        ("var_population", lambda x: x.var((2, 3), unbiased=False, keepdim=True), "variance"),
        ("std", lambda x: x.std((1, 3)), "variance"),
        ("std_correction", lambda x: x.std(-1, correction=2), "variance"),
        ("norm", lambda x: x.norm(dim=1), "variance"),
        ("norm_all", lambda x: torch.linalg.vector_norm(x), "variance"),
        ("cumsum", lambda x: x.cumsum(1), "cumsum"),
        ("cumsum_last", lambda x: x.cumsum(-1), "cumsum"),
        ("sort_values", lambda x: x.sort(-1)[0], "sort"),
        ("sort_values_of_the_middle", lambda x: x.sort(1, descending=True)[0], "sort"),
        ("topk_values", lambda x: x.topk(2, 2)[0], "sort"),
        ("topk_smallest", lambda x: x.topk(3, largest=False)[0], "sort"),
    )
]


def resized(**options: Any) -> Factory:
    return function(lambda m, x: functional.interpolate(x, **options))


POOLS: list[Case] = [
    (name, factory, (shape,), expected)
    for name, factory, shape, expected in (
        ("log_softmax", lambda: nn.LogSoftmax(-1), (3, 10), ["log_softmax"]),
        ("log_softmax_channels", lambda: nn.LogSoftmax(1), IMAGE, ["log_softmax"]),
        ("adaptive_max_pool2d", lambda: nn.AdaptiveMaxPool2d((4, 2)), IMAGE, ["max_pool2d"]),
        ("adaptive_max_pool2d_1", lambda: nn.AdaptiveMaxPool2d(1), IMAGE, ["max_pool2d"]),
        (
            "adaptive_max_pool2d_odd",
            lambda: nn.AdaptiveMaxPool2d((3, None)),
            IMAGE,
            ["gather", "max_pool2d"],
        ),
        ("adaptive_max_pool1d", lambda: nn.AdaptiveMaxPool1d(4), (2, 4, 8), ["max_pool2d"]),
        ("bilinear", resized(scale_factor=2, mode="bilinear"), IMAGE, ["resize_bilinear"]),
        ("bilinear_size", resized(size=(5, 11), mode="bilinear"), IMAGE, ["resize_bilinear"]),
        (
            "bilinear_aligned",
            resized(size=(13, 5), mode="bilinear", align_corners=True),
            IMAGE,
            ["resize_bilinear"],
        ),
        ("bilinear_factor", resized(scale_factor=1.3, mode="bilinear"), IMAGE, ["resize_bilinear"]),
        ("linear", resized(scale_factor=3, mode="linear"), (2, 4, 9), ["resize_bilinear"]),
    )
]

CASES = [*PRODUCTS, *ATTENTION, *NORMS, *TRANSPOSED, *REDUCTIONS, *POOLS]


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


INDICES: list[tuple[str, Any, tuple[int, ...]]] = [
    ("argmax", lambda x: x.argmax(-1), (2, 3, 5)),
    ("argmax_all", lambda x: x.argmax(), (2, 3, 5)),
    ("argmin_keepdim", lambda x: x.argmin(1, keepdim=True), (2, 3, 5)),
    ("max_of_a_dimension", lambda x: x.max(1), (2, 3, 5)),
    ("min_of_a_dimension", lambda x: x.min(-1, keepdim=True), (2, 3, 5)),
    ("max_indices", lambda x: x.max(1)[1], (2, 3, 5)),
    ("sort", lambda x: x.sort(1), (2, 6, 3)),
    ("sort_descending", lambda x: x.sort(-1, descending=True), (6,)),
    ("topk", lambda x: x.topk(3), (2, 8)),
    ("topk_indices", lambda x: x.topk(2, 0, largest=False)[1], (5, 3)),
]


@pytest.mark.parametrize(
    ("body", "shape"), [case[1:] for case in INDICES], ids=[case[0] for case in INDICES]
)
def test_indices_are_those_of_the_floats(body: Any, shape: tuple[int, ...]) -> None:
    """Of inputs that differ by more than a step each."""
    count = math.prod(shape)
    x = (torch.randperm(count, generator=seeded(2)) / count - 0.4).reshape(shape)
    graph = import_pytorch(Function(lambda m, x: body(x)), (x,), [(x,)])
    expected = body(x)
    results = expected if isinstance(expected, tuple) else (expected,)
    for result, other in zip(run_float(graph, (x,)), results, strict=True):
        if other.dtype == torch.int64:
            assert result.dtype == np.int32
            np.testing.assert_array_equal(result, other.numpy())
        else:
            np.testing.assert_allclose(result, other.numpy(), atol=1 / 200)
