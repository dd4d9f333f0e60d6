"""Assignments to parts of a tensor, as people write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from frontend_checks import Function, check_model, operators
from torch import Tensor, nn

IMAGE = (1, 4, 8, 8)


def number(model: nn.Module, x: Tensor) -> Tensor:
    x = x.clone()
    x[:, 0] = 0
    return x


def added(model: nn.Module, x: Tensor) -> Tensor:
    y = torch.tanh(x)
    y[:, 1:3] += 1.0
    return y


def column(model: nn.Module, x: Tensor) -> Tensor:
    x = x * 2
    x[..., 0] = x[..., 1]
    return x


def every_second(model: nn.Module, x: Tensor) -> Tensor:
    x = x * 2
    x[:, ::2] = x[:, 1::2]
    return x


def collected(model: nn.Module, x: Tensor) -> Tensor:
    result = torch.zeros(1, 4, 8)
    for index in range(4):
        result[:, index] = x[:, index, 0] * (index + 1)
    return result


def filled(model: nn.Module, x: Tensor) -> Tensor:
    result = x.new_zeros(1, 12, 8, 8)
    result[:, :4] = x
    result[:, 4:8].copy_(torch.tanh(x))
    result[:, 8:].fill_(0.5)
    return result


def in_place(model: nn.Module, x: Tensor) -> Tensor:
    y = x + 1
    y[:, 0].zero_()
    y[:, 1].mul_(2)
    y[0, 2, 3, 4] = 2.0
    return y


def rectangle(model: nn.Module, x: Tensor) -> Tensor:
    x = x.clone()
    x[:, :, 2:5, -3:-1] = 1.0
    return x


def whole(model: nn.Module, x: Tensor) -> Tensor:
    result = torch.empty_like(x)
    result[:] = x * 2
    return result


def spread(model: nn.Module, x: Tensor) -> Tensor:
    x = x + 1
    x[:, :, 1:3] = model.row  # type: ignore[index]
    return x


def masked(model: nn.Module, x: Tensor) -> Tensor:
    x = x.clone()
    x[x < 0] = 0.25
    return x


BODIES: list[tuple[Callable, list[str]]] = [
    (number, ["slice", "concatenate"]),
    (added, ["table", "slice", "slice", "slice", "add", "concatenate", "concatenate"]),
    (rectangle, []),
    (column, []),
    (every_second, []),
    (collected, []),
    (filled, []),
    (in_place, []),
    (whole, ["table"]),
    (spread, []),
    (masked, ["table"]),
]


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=[body.__name__ for body, _ in BODIES])
def test_assignment(body: Callable, expected: list[str]) -> None:
    model = Function(body, row=torch.linspace(-1, 1, 8))
    graph = check_model(model, (IMAGE,))
    print(operators(graph))
    if expected:
        assert operators(graph) == expected
