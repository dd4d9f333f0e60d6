"""Functions of two tensors from PyTorch: sums, differences, products, quotients and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from frontend_checks import Function, check_model, operators, seeded

IMAGE = (1, 4, 8, 8)
Shape = tuple[int, ...]

CHANNELS = (4, 1, 1)
OF_TWO: list[tuple[Callable[..., Any], tuple[Shape, ...], list[str]]] = [
    (lambda m, x, y: x - y, (IMAGE, IMAGE), ["sub"]),
    (lambda m, x, y: x - y, (IMAGE, CHANNELS), ["sub"]),
    (lambda m, x, y: x - y, ((8,), (2, 3, 1, 2, 1, 8)), ["sub"]),
    (lambda m, x, y: torch.sub(x, y, alpha=0.3), (IMAGE, IMAGE), ["sub"]),
    (lambda m, x, y: torch.sub(x, y, alpha=-2), (IMAGE, IMAGE), ["add"]),
    (lambda m, x, y: torch.add(x, y, alpha=-1.5), (IMAGE, IMAGE), ["sub"]),
    (lambda m, x, y: torch.rsub(x, y), (IMAGE, IMAGE), ["sub"]),
    (lambda m, x, y: (x - y).relu(), (IMAGE, IMAGE), ["sub"]),
    (lambda m, x, y: (x + 1).sub_(y), (IMAGE, IMAGE), ["table", "sub"]),
    (lambda m, x: m.several - x, (IMAGE,), ["sub"]),
    (lambda m, x: x - m.several, (IMAGE,), ["add"]),
    (lambda m, x: torch.rsub(x, m.several, alpha=2), (IMAGE,), ["sub"]),
    (lambda m, x: 1 - x * m.several, (IMAGE,), ["mul", "table"]),
    (lambda m, x, y: torch.square(x - y), (IMAGE, IMAGE), ["sub", "table"]),
    (lambda m, x, y: torch.minimum(x, y), (IMAGE, IMAGE), ["minimum"]),
    (lambda m, x, y: torch.maximum(x, y), (IMAGE, CHANNELS), ["maximum"]),
    (lambda m, x, y: torch.max(x, y), (CHANNELS, IMAGE), ["maximum"]),
    (lambda m, x: torch.min(x, m.several), (IMAGE,), ["minimum"]),
    (lambda m, x: torch.maximum(m.several, x), (IMAGE,), ["maximum"]),
]


@pytest.mark.parametrize("place", range(len(OF_TWO)))
def test_a_function_of_two_tensors(place: int) -> None:
    body, shapes, expected = OF_TWO[place]
    several = torch.randn(CHANNELS, generator=seeded(3))
    graph = check_model(Function(body, several=several), shapes)
    assert [name for name in operators(graph) if name != "requantize"] == expected
