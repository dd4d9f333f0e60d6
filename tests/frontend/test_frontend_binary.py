"""Functions of two tensors from PyTorch: sums, differences, products, quotients and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
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
    (lambda m, x, y: x / (2 + y.abs()), (IMAGE, IMAGE), ["table", "div"]),
    (lambda m, x, y: 3 / (2 + y.abs()) * x, (IMAGE, CHANNELS), ["table", "mul"]),
    (lambda m, x, y: (x / (2 + y.abs())).relu(), (IMAGE, CHANNELS), ["table", "div"]),
    (lambda m, x: x / (m.several.abs() + 0.5), (IMAGE,), ["mul"]),
    (lambda m, x: m.several / (x.abs() + 0.5), (IMAGE,), ["table", "div"]),
    (lambda m, x: functional.prelu(x, m.several.reshape(4)), (IMAGE,), ["prelu"]),
    (lambda m, x: functional.prelu(x, m.several.reshape(4)), ((5, 4),), ["prelu"]),
    (lambda m, x, y: torch.addcmul(x, y, x, value=0.3), (IMAGE, IMAGE), ["mul", "add"]),
    (lambda m, x, y: torch.addcdiv(x, y, x.abs() + 1), (IMAGE, IMAGE), ["table", "div", "add"]),
    (lambda m, x, y: torch.lerp(x, y, 0.3), (IMAGE, IMAGE), ["sub", "table", "add"]),
    (lambda m, x, y: torch.lerp(x, y, m.several), (IMAGE, IMAGE), ["sub", "mul", "add"]),
    (lambda m, x: torch.min(x, m.several), (IMAGE,), ["minimum"]),
    (lambda m, x: torch.maximum(m.several, x), (IMAGE,), ["maximum"]),
]


@pytest.mark.parametrize("place", range(len(OF_TWO)))
def test_a_function_of_two_tensors(place: int) -> None:
    body, shapes, expected = OF_TWO[place]
    several = torch.randn(CHANNELS, generator=seeded(3))
    graph = check_model(Function(body, several=several), shapes)
    assert [name for name in operators(graph) if name != "requantize"] == expected
