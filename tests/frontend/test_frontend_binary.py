"""Functions of two tensors from PyTorch: sums, differences, products, quotients and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import (
    Function,
    calibration,
    check_model,
    flat_outputs,
    operators,
    run_float,
    seeded,
)

from torch_cortex_m.frontend.pytorch import import_pytorch

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
    (lambda m, x, y: torch.where(x > y, x, y), (IMAGE, IMAGE), ["less", "where"]),
    (lambda m, x, y: torch.where(x >= 0.5, y, 0.25), (IMAGE, IMAGE), ["table", "where"]),
    (lambda m, x: torch.where(m.several > 0, x, -x), (IMAGE,), ["table", "where"]),
    (lambda m, x: x.masked_fill(m.several > 0, 0.7), (IMAGE,), ["where"]),
    (
        lambda m, x, y: y.masked_fill((x > 0) & (y > 0), -0.5),
        (IMAGE, IMAGE),
        ["table", "table", "where", "where"],
    ),
    (
        lambda m, x, y: torch.where((x > 0) | (m.several > 0), x, y),
        (IMAGE, IMAGE),
        ["table", "where", "where"],
    ),
    (lambda m, x, y: torch.where(~(x > y), x, y), (IMAGE, IMAGE), ["less", "where", "where"]),
    (lambda m, x, y: (x - y) * (x <= y), (IMAGE, IMAGE), ["sub", "less", "where", "mul"]),
    (lambda m, x, y: x * (y > 0).float(), (IMAGE, IMAGE), ["table", "mul"]),
    (lambda m, x: functional.glu(x, 1), (IMAGE,), ["slice", "slice", "table", "mul"]),
    (lambda m, x: functional.glu(x), ((3, 8),), ["slice", "slice", "table", "mul"]),
    (lambda m, x: torch.clip(x, -0.5, 0.7) * 2, (IMAGE,), ["table"]),
    (lambda m, x, y: torch.subtract(x, y.negative()), (IMAGE, IMAGE), ["table", "sub"]),
    (lambda m, x: torch.min(x, m.several), (IMAGE,), ["minimum"]),
    (lambda m, x: torch.maximum(m.several, x), (IMAGE,), ["maximum"]),
]


@pytest.mark.parametrize("place", range(len(OF_TWO)))
def test_a_function_of_two_tensors(place: int) -> None:
    body, shapes, expected = OF_TWO[place]
    several = torch.randn(CHANNELS, generator=seeded(3))
    graph = check_model(Function(body, several=several), shapes)
    assert [name for name in operators(graph) if name != "requantize"] == expected


MASKS: list[tuple[Callable[..., Any], tuple[Shape, ...], list[str]]] = [
    (lambda m, x: x > 0.5, (IMAGE,), ["table"]),
    (lambda m, x: (x > 0) & (x < 1), (IMAGE,), ["table"]),
    (lambda m, x: x.ne(m.several), (IMAGE,), ["equal"]),
    (lambda m, x, y: x == y, (IMAGE, IMAGE), ["equal"]),
    (lambda m, x, y: x <= y, (IMAGE, CHANNELS), ["less"]),
    (lambda m, x, y: torch.logical_and(x > y, y > 0), (IMAGE, IMAGE), ["less", "table", "where"]),
]


@pytest.mark.parametrize("place", range(len(MASKS)))
def test_a_mask_as_the_result(place: int) -> None:
    """Equal to PyTorch's where the quantized operands are not equal."""
    body, shapes, expected = MASKS[place]
    model = Function(body, several=torch.randn(CHANNELS, generator=seeded(3)))
    data = calibration(shapes)
    graph = import_pytorch(model, data[0], data)
    assert operators(graph) == expected
    (got,) = run_float(graph, data[0])
    (wanted,) = flat_outputs(model, data[0])
    assert got.dtype == np.bool_
    assert float((got == wanted).mean()) > 0.97


COMPOSITES: list[tuple[Callable[..., Any], tuple[Shape, ...]]] = [
    (lambda m, x: functional.log_softmax(x, -1), ((3, 10),)),
    (lambda m, x: functional.log_softmax(x, 1), (IMAGE,)),
    (lambda m, x: torch.logsumexp(x, 1), (IMAGE,)),
    (lambda m, x, y: functional.cosine_similarity(x, y), ((6, 32), (6, 32))),
    (lambda m, x, y: functional.mse_loss(x, y, reduction="none"), (IMAGE, IMAGE)),
    (lambda m, x, y: functional.l1_loss(x, y, reduction="none"), (IMAGE, IMAGE)),
    (lambda m, x, y: functional.smooth_l1_loss(x, y, reduction="none"), (IMAGE, IMAGE)),
]


@pytest.mark.parametrize("place", range(len(COMPOSITES)))
def test_what_stands_for_several_operators(place: int) -> None:
    """Each of which may be a step off."""
    body, shapes = COMPOSITES[place]
    check_model(Function(body), shapes, steps=4.0, exact=0.3)
