"""Arithmetic of indices and counts: as C for this computer, what PyTorch gives.

Many functions are results of one model, so that few models are compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, seeded
from torch import Tensor, nn

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError

SCORES = torch.randn(3, 7, generator=seeded())
WORDS = torch.randint(0, 30, (3, 4), generator=seeded())
MASK = torch.tensor([[True, False, True, True], [False, False, True, False], [True] * 4])

OF_INDICES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda i: i + i.flip(1),
    "number": lambda i: 10 - (i + 1),
    "alpha": lambda i: torch.add(i, i, alpha=3),
    "product": lambda i: i * i * 3,
    "floor": lambda i: (i - 15) // 4,
    "floor_of_negative": lambda i: (i - 15) // -4,
    "remainder": lambda i: (i - 15) % 4,
    "remainder_of_negative": lambda i: (i - 15) % -4,
    "towards_0": lambda i: torch.div(i - 15, 4, rounding_mode="trunc"),
    "rounded_down": lambda i: torch.div(i - 15, 4, rounding_mode="floor"),
    "divisors": lambda i: i // (i.flip(0) % 3 + 1),
    "clamp": lambda i: (i - 3).clamp(0, 9),
    "one_bound": lambda i: i.clamp(min=5) + i.clamp(max=9),
    "sign": lambda i: (-(i - 9)).abs(),
    "extremes": lambda i: torch.maximum(i, i.flip(1)) - torch.minimum(i, i.flip(0)),
    "choice": lambda i: torch.where(i > 5, i, -1),
    "choice_of_two": lambda i: torch.where(i > 5, i, i.flip(0)),
    "fill": lambda i: i.masked_fill(i > 9, 2),
    "and": lambda i: (i & 3) | 8,
    "xor": lambda i: i ^ 5,
    "shifts": lambda i: (i << 2) + (i >> 1),
    "sums": lambda i: i.sum(1) + i.sum(),
    "mask": lambda i: (i > 3) + i,
    "beside": lambda i: torch.cat([i, i > 3, torch.tensor([[3, 4, 5, 6]])]),
    "constants": lambda i: i + torch.arange(4) * 7,
    "number_of": lambda i: i * 0.5,
    "quotient": lambda i: i / 4,
}

OF_SCORES: Mapping[str, Callable[[Tensor], Any]] = {
    "count": lambda x: (x > 0).sum(),
    "count_of_rows": lambda x: (x > 0).sum(1),
    "kept": lambda x: (x > 0).sum(0, keepdim=True),
    "nonzero": lambda x: torch.count_nonzero(x > 0, dim=1),
    "share": lambda x: (x > 0).sum(1) / 7,
    "masks": lambda x: (x > 0).int() - (x < 0).int(),
    "long": lambda x: (x > 0).long() * 3,
    "next": lambda x: x.argmax(1) + 1,
    "row": lambda x: x.flatten().argmax() // 7,
    "first": lambda x: x.argmax() == 4,
    "equal_masks": lambda x: ((x > 0) == (x < 1)).sum() + ((x > 0) != (x < 1)).sum(),
    "column": lambda x: x.flatten().argmax() % 7,
    "places": lambda x: torch.stack([x.argmax(1) // 3, x.argmax(1) % 3], -1),
    "one_hot": lambda x: functional.one_hot(x.argmax(1), 7),
    "taken": lambda x: x.flatten()[x.argmax(1) + torch.arange(3) * 7],
    "shifted": lambda x: x.index_select(1, (x.argmax(1) + 1) % 7),
}


def checked(functions: Mapping[str, Callable[[Tensor], Any]], input: Tensor) -> None:
    model = Function(lambda m, x: {name: function(x) for name, function in functions.items()})
    compiled = tcm.compile(model, (input,), target="host", calibration=[(input,)])
    compiled.verify(input)
    for name, got, expected in zip(
        functions, compiled.run(input), model(input).values(), strict=True
    ):
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape), name
        if expected.is_floating_point():
            torch.testing.assert_close(got, expected, rtol=0, atol=0.06)
        else:
            torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32], ids=str)
def test_of_indices(dtype: torch.dtype) -> None:
    checked(OF_INDICES, WORDS.to(dtype))


def test_of_scores() -> None:
    checked(OF_SCORES, SCORES)


def test_masks_as_inputs() -> None:
    """Truth values that are given, and what is looked up at computed places."""
    model = Function(
        lambda m, x, k, i: (
            x[:, :4].masked_fill(k, 0.0),
            k.sum(1),
            (k.any(1) == (x.argmax(1) == i[:, 0])).sum(),
            m.words(i // 2 + 1).sum(1),
        ),
        words=nn.Embedding(20, 4),
    )
    inputs = (SCORES, MASK, WORDS)
    compiled = tcm.compile(model, inputs, target="host", calibration=[inputs])
    compiled.verify(*inputs)
    for got, expected in zip(compiled.run(*inputs)[1:3], model(*inputs)[1:3], strict=True):
        torch.testing.assert_close(got, expected)


def test_results_have_the_names_of_their_operators() -> None:
    """However many nodes an operator becomes."""
    model = Function(lambda m, x: (x.argmax(), (x > 0).sum(1), x.clamp(min=0.5).mean(1)))
    compiled = tcm.compile(model, (SCORES,), target="host", calibration=[(SCORES,)])
    assert [port.value for port in compiled.graph.outputs] == ["argmax", "sum", "mean"]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda m, i: i + 2**40, "integers beyond 32 bits"),
        (lambda m, i: (i * 0.3).long(), "to_copy"),
        (lambda m, i: i.cumprod(1), "cumprod"),
        (lambda m, i: torch.fmod(i, 3), "fmod"),
        (lambda m, i: torch.cat([i, i.float()]), "only of tensors of one type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(function: Callable[..., Any], text: str) -> None:
    with pytest.raises(TcmError, match=text):
        tcm.compile(Function(function), (WORDS,), target="host", calibration=[(WORDS,)])
