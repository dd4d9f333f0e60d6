"""Masks of attention that are given or computed; bags of embeddings; quantiles.

Beside the float model; several uses share a model, as each takes a second to quantize.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, seeded, signal_to_noise
from torch import Tensor, nn

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.ir import Graph
from torch_cortex_m.run.reference import run_reference

HEADS = torch.randn(1, 2, 5, 8, generator=seeded())
STACK = torch.randn(2, 2, 5, 8, generator=seeded())
SEQUENCE = torch.randn(1, 5, 16, generator=seeded())
KEPT = (torch.rand(5, 5, generator=seeded(1)) > 0.4) | torch.eye(5, dtype=torch.bool)
ADDED = torch.zeros(5, 5).masked_fill(~KEPT, -1e9)
PADDED = torch.tensor([[False, False, False, True, True]])
OF_EACH = torch.tensor([[False, False, False, True, True], [False] * 4 + [True]])
LENGTHS = torch.tensor([3])


def checked(model: nn.Module, *inputs: Tensor, decibels: float = 24) -> Graph:
    model = model.eval()
    graph = import_pytorch(model, inputs, [inputs])
    given = [each.to(torch.int32) if each.dtype == torch.int64 else each for each in inputs]
    results = run_reference(graph, [each.numpy() for each in given])
    with torch.no_grad():
        expected = model(*inputs)
    listed = expected if isinstance(expected, Sequence) else [expected]
    for got, wanted in zip(results, listed, strict=True):
        assert got.shape == tuple(wanted.shape)
        assert signal_to_noise(wanted.numpy(), got) >= decibels
    return graph


def scores(x: Tensor) -> Tensor:
    return x @ x.transpose(-1, -2) / 8**0.5


def test_boolean_masks() -> None:
    def forward(m: Any, x: Tensor, kept: Tensor) -> tuple[Tensor, ...]:
        return (
            functional.scaled_dot_product_attention(x, x, x, kept),
            scores(x).masked_fill(~kept, float("-inf")).softmax(-1) @ x,
            scores(x).masked_fill(~kept.flip(-1), -1e9).softmax(-1) @ x,
            torch.where(kept, scores(x), torch.tensor(-1e4)).softmax(-1) @ x,
            torch.where(~kept, -1e4, scores(x)).softmax(-1) @ x,
            (scores(x) + torch.zeros(5, 5).masked_fill(~kept, float("-inf"))).softmax(-1) @ x,
            (torch.where(kept, 0.0, -1e9) + scores(x)).softmax(-1) @ x,
            scores(x).masked_fill(~kept, -1e9).softmax(-2) @ x,
        )

    graph = checked(Function(forward), HEADS, KEPT)
    names = [node.op.name for node in graph.nodes]
    assert names.count("softmax") == 8
    assert "add" not in names


def test_masks_of_numbers() -> None:
    """0 and 1, as tokenizers give them, and what is added as it is."""

    def forward(m: Any, x: Tensor, kept: Tensor, added: Tensor) -> tuple[Tensor, ...]:
        return (
            (scores(x) + (1.0 - kept.float()) * -10000.0).softmax(-1) @ x,
            scores(x).masked_fill(kept == 0, -1e9).softmax(-1) @ x,
            functional.scaled_dot_product_attention(x, x, x, added),
            (scores(x) + added).softmax(-1) @ x,
        )

    checked(Function(forward), HEADS, KEPT.long(), ADDED)


def test_masks_of_each_sequence() -> None:
    """A stack of them, where a mask is not the same for all."""

    def forward(m: Any, x: Tensor, padded: Tensor) -> tuple[Tensor, ...]:
        mask = padded[:, None, None, :]
        return (
            functional.scaled_dot_product_attention(x, x, x, ~mask),
            scores(x).masked_fill(mask, -1e9).softmax(-1) @ x,
        )

    checked(Function(forward), STACK, OF_EACH)


def test_layers_with_masks() -> None:
    torch.manual_seed(0)

    def forward(m: Any, x: Tensor, padded: Tensor, kept: Tensor, n: Tensor) -> tuple[Tensor, ...]:
        behind = torch.arange(5)[None, :] >= n[:, None]
        return (
            m.a(x, x, x, key_padding_mask=padded, attn_mask=~kept)[0],
            m.a(x, x, x, key_padding_mask=behind, need_weights=False)[0],
            m.e(x, src_key_padding_mask=padded),
        )

    model = Function(
        forward,
        a=nn.MultiheadAttention(16, 2, batch_first=True),
        e=nn.TransformerEncoderLayer(16, 2, 32, batch_first=True),
    )
    checked(model, SEQUENCE, PADDED, KEPT, LENGTHS, decibels=22)


def test_a_sum_with_another_tensor_is_no_mask() -> None:
    graph = checked(Function(lambda m, x, y: (x + y).softmax(-1)), HEADS, HEADS.flip(1))
    names = [node.op.name for node in graph.nodes]
    assert "add" in names
    assert "where" not in names


WORDS = torch.tensor([[1, 2, 3], [4, 5, 5]])


@pytest.mark.parametrize("mode", ["mean", "sum", "max"])
def test_bags_of_embeddings(mode: str) -> None:
    torch.manual_seed(0)
    checked(nn.EmbeddingBag(9, 4, mode=mode), WORDS, decibels=30)


def test_bags_of_other_forms() -> None:
    torch.manual_seed(0)
    model = Function(
        lambda m, i, p: (
            m.b(i, per_sample_weights=p),
            m.b(i.flatten(), m.begin),
            functional.embedding_bag(i.flatten(), m.b.weight, m.ends, include_last_offset=True),
        ),
        b=nn.EmbeddingBag(9, 4, mode="sum"),
        begin=torch.tensor([0, 2]),
        ends=torch.tensor([0, 2, 6]),
    )
    checked(model, WORDS, torch.rand(2, 3, generator=seeded()), decibels=30)


def test_quantiles() -> None:
    ways = ("linear", "lower", "higher", "midpoint", "nearest")
    model = Function(
        lambda m, x: (
            *(x.quantile(0.3, -1, interpolation=way) for way in ways),
            x.quantile(0.9),
            x.quantile(0.5, 1, keepdim=True),
        )
    )
    checked(model, HEADS, decibels=30)


@pytest.mark.parametrize(
    ("body", "inputs", "advice"),
    [
        (lambda m, i, o: m.b(i, o), (WORDS.flatten(), torch.tensor([0, 2])), "sum, mean or amax"),
        (lambda m, x: x.quantile(torch.tensor([0.2, 0.7]), -1), (HEADS,), "one number for q"),
    ],
    ids=["computed_offsets", "quantiles"],
)
def test_what_to_write_instead(
    body: Callable[..., Any], inputs: tuple[Tensor, ...], advice: str
) -> None:
    with pytest.raises(TcmError, match=advice):
        import_pytorch(Function(body, b=nn.EmbeddingBag(9, 4)).eval(), inputs, [inputs])
