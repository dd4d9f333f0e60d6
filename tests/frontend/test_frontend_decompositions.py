"""Operators with two names, and those that PyTorch itself takes apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, check_model, operators

ROW = (2, 8)

OTHER_NAMES: list[tuple[str, Callable, str]] = [
    ("absolute", lambda m, x: torch.absolute(x), "table"),
    ("arctan", lambda m, x: torch.arctan(x), "table"),
    ("fix", lambda m, x: torch.fix(x), "table"),
    ("negative", lambda m, x: torch.negative(x), "table"),
    ("divide", lambda m, x: torch.divide(x, 3), "table"),
    ("multiply", lambda m, x: torch.multiply(x, m.row), "mul"),
    ("subtract", lambda m, x: torch.subtract(x, m.row), "add"),
    ("greater", lambda m, x: torch.where(torch.greater(x, 0.3), x, 0.1), "table"),
    ("clip", lambda m, x: torch.clip(x, -0.4, 0.9), "requantize"),
    ("clip_of_one_side", lambda m, x: x.clip(max=0.9), "requantize"),
    ("type_as", lambda m, x: torch.tanh(x).type_as(m.row), "table"),
]


@pytest.mark.parametrize(
    ("body", "expected"), [case[1:] for case in OTHER_NAMES], ids=[case[0] for case in OTHER_NAMES]
)
def test_other_names(body: Callable, expected: str) -> None:
    graph = check_model(Function(body, row=torch.linspace(-1, 1, 8)), (ROW,))
    assert operators(graph) == [expected]


DISTANCES: list[tuple[str, Callable]] = [
    ("l1_loss", lambda m, x, y: functional.l1_loss(x, y, reduction="none")),
    ("mse_loss", lambda m, x, y: functional.mse_loss(x, y, reduction="none")),
    ("l1_loss_broadcast", lambda m, x, y: functional.l1_loss(x, y[:1], reduction="none")),
    ("diff", lambda m, x, y: torch.diff(x) + torch.diff(y)),
]


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("body", [case[1] for case in DISTANCES], ids=[c[0] for c in DISTANCES])
def test_distances(body: Callable) -> None:
    check_model(Function(body), (ROW, ROW), exact=0.7)


@pytest.mark.parametrize("cell", [torch.nn.GRUCell, torch.nn.LSTMCell, torch.nn.RNNCell])
def test_cells(cell: Callable) -> None:
    torch.manual_seed(5)
    check_model(cell(8, 6), (ROW,), steps=3.0, exact=0.6)
