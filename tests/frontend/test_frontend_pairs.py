"""Functions of two tensors that are written in terms of others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from frontend_checks import Function, calibration, check_model, flat_outputs, operators, run_float

from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program

SHAPES = ((2, 6, 8), (6, 1))


@pytest.mark.parametrize("function", [torch.copysign, torch.xlogy])
def test_real_numbers(function) -> None:
    check_model(Function(lambda m, x, y: function(x, y.abs() + 0.5)), SHAPES, steps=2.0)
    check_model(Function(lambda m, x, y: function(y.abs() + 0.5, x.exp())), SHAPES, steps=2.0)


def test_copysign_of_either_sign() -> None:
    graph = check_model(Function(lambda m, x, y: torch.copysign(x, y + 0.01)), SHAPES, exact=0.7)
    assert "where" in operators(graph)


def logic(m: Function, x: torch.Tensor, y: torch.Tensor) -> list[torch.Tensor]:
    """Of two real numbers, and of one and a mask."""
    functions = torch.logical_and, torch.logical_or, torch.logical_xor
    return [f(x.relu(), other) for f in functions for other in (y.relu(), y > 0)]


def test_truth_of_numbers() -> None:
    model, data = Function(logic), [tuple(map(torch.round, each)) for each in calibration(SHAPES)]
    graph = import_quantized(quantized_program(model, data[0], data), "model")
    got, expected = run_float(graph, data[0]), flat_outputs(model, data[0])
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_with_a_number_it_stays_one_table() -> None:
    graph = check_model(Function(lambda m, x, y: torch.copysign(x + 1, -2.0) * y), SHAPES)
    assert operators(graph).count("table") == 1
