"""Functions of two tensors that are tables: each result is the correctly rounded real value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from frontend_checks import Function, calibration, seeded
from torch import Tensor

from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.ir import Graph, Node, Quantization
from torch_cortex_m.ops.integers.tables import pair_entries
from torch_cortex_m.run.reference import run_reference

SHAPES = ((2, 6, 8), (6, 1))

Body = Callable[[Tensor, Tensor], Tensor]
BODIES: list[Body] = [
    torch.atan2,
    torch.logaddexp2,
    torch.heaviside,
    torch.pow,
    torch.fmod,
    torch.remainder,
    torch.floor_divide,
    lambda x, y: torch.div(x, y, rounding_mode="trunc"),
    lambda x, y: torch.atan2(x, y).relu(),
]


def imported(body: Callable[..., Any], shapes: tuple[tuple[int, ...], ...], **given: Tensor):
    """The graph of a model with these inputs, its only pair_table, and the inputs."""
    data = calibration(shapes)
    model = Function(body, **given)
    graph = import_quantized(quantized_program(model, data[0], data), "model")
    (node,) = (node for node in graph.nodes if node.op.name == "pair_table")
    return graph, node, [tensor.numpy() for tensor in data[0]]


def real(graph: Graph, value: str, integers: np.ndarray) -> Tensor:
    quantization = graph.types[value].quantization
    assert quantization is not None
    return (torch.from_numpy(integers).double() - quantization.zero_point) * quantization.scale


def check(graph: Graph, node: Node, inputs: list[np.ndarray], body: Callable[..., Tensor]) -> None:
    """The node gives the function of its operands, rounded; not everywhere the same."""
    seen: dict[str, np.ndarray] = {}
    run_reference(graph, inputs, seen.__setitem__)
    operands = [real(graph, name, seen[name]) for name in node.inputs[:2] if name in seen]
    quantization = graph.types[node.output].quantization
    assert quantization is not None
    steps = torch.round(body(*operands) / quantization.scale) + quantization.zero_point
    expected = steps.clamp(-128, 127).to(torch.int8).numpy()
    np.testing.assert_array_equal(seen[node.output], expected)
    assert np.unique(expected).size > 1


@pytest.mark.parametrize("place", range(len(BODIES)))
def test_each_result_is_the_rounded_real_value(place: int) -> None:
    body = BODIES[place]
    sign = (lambda x: x.abs() + 0.3) if body is torch.pow else torch.neg
    graph, node, inputs = imported(lambda m, x, y: body(sign(x), y.abs() + 0.4), SHAPES)
    check(graph, node, inputs, body)


def test_the_numbers_of_a_constant_are_exact() -> None:
    """They are not quantized, so that a floor does not jump."""
    several = torch.randn((6, 1), generator=seeded(3)).abs() + 0.3
    graph, node, inputs = imported(
        lambda m, x: torch.floor_divide(x * 9, m.several), SHAPES[:1], several=several
    )
    check(graph, node, inputs, lambda x: torch.floor_divide(x, several.double()))
    assert graph.constants[node.arguments()["table"] or ""].shape[1] == several.numel()


def test_where_there_is_no_value_the_nearest_of_the_row_stands() -> None:
    """Such as the remainder of a division by 0."""
    places = np.arange(-128.0, 128.0)
    table = pair_entries(np.fmod, places, places, Quantization(1.0, 0))
    np.testing.assert_array_equal(table[:, 128], table[:, 127])
    np.testing.assert_array_equal(table[:, 130], np.fmod(places, 2))
