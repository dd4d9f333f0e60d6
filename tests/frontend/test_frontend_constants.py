"""What does not depend on the inputs is computed when compiling, whatever it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from frontend_checks import Function, check_model, operators
from torch import Tensor, nn

SHAPE = (1, 4, 8)


def grid(model: nn.Module, x: Tensor) -> Tensor:
    rows, columns = torch.meshgrid(torch.arange(4.0), torch.linspace(-1, 1, 8), indexing="ij")
    return x + torch.stack((rows, columns)).sum(0)


def unbound(model: nn.Module, x: Tensor) -> Tensor:
    first, second, *_ = model.table.unbind(0)  # type: ignore[operator]
    return x + first * second


def largest(model: nn.Module, x: Tensor) -> Tensor:
    values, indices = model.table.max(0)  # type: ignore[operator]
    return x + (values + indices)


BODIES: list[tuple[str, Callable]] = [
    ("meshgrid", grid),
    ("unbind", unbound),
    ("values_and_indices", largest),
    ("split_and_cat", lambda m, x: x + torch.cat(m.table.chunk(2, 0)[::-1])[:, 0:8][0]),
]


@pytest.mark.parametrize("body", [case[1] for case in BODIES], ids=[case[0] for case in BODIES])
def test_constants_with_several_results_fold(body: Callable) -> None:
    model = Function(body, table=torch.linspace(-1, 2, 32).view(4, 8))
    graph = check_model(model, (SHAPE,), exact=0.7)
    assert operators(graph) == ["add"]
