"""compose_tables: chains of functions of single values are one table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from graph_builder import GraphBuilder, check_same, names

from torch_cortex_m.ir import Graph
from torch_cortex_m.ops import part
from torch_cortex_m.ops.maximum.op import Maximum
from torch_cortex_m.ops.minimum.op import Minimum
from torch_cortex_m.ops.mul.op import Mul
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.ops.table.op import Table
from torch_cortex_m.passes.compose_tables import compose_tables

RNG = np.random.default_rng(5)
PRODUCT = Mul(input_offset=7, other_offset=-4, multiplier=1400000000, shift=-5, activation_max=90)


def any_table() -> Table:
    return Table(tuple(int(entry) for entry in RNG.integers(-128, 128, 256)))


def composed(build: GraphBuilder, value: str) -> Graph:
    build.output(value)
    graph = compose_tables(build.graph)
    check_same(build.graph, graph)
    return graph


def functions(graph: Graph) -> list[str]:
    return [name for name in names(graph) if name not in ("quantize", "dequantize")]


def test_a_chain_is_one_table() -> None:
    build = GraphBuilder()
    x = build.node(any_table(), build.input(2, 8, 16))
    x = build.node(Requantize(input_offset=5, multiplier=1 << 30, shift=0, output_offset=-9), x)
    x = build.node(any_table(), x)
    x = build.node(Requantize(activation_min=-20, activation_max=50), x)
    assert functions(composed(build, x)) == ["table"]


def test_what_is_read_elsewhere_stays() -> None:
    build = GraphBuilder()
    x = build.node(any_table(), build.input(2, 8, 16))
    y = build.node(any_table(), x)
    graph = composed(build, build.add(x, y))
    assert functions(graph) == ["table", "table", "add"]
    first, second = (n for n in graph.nodes if n.op.name == "table")
    assert second.inputs == (first.output,)


def test_what_the_graph_gives_stays() -> None:
    build = GraphBuilder()
    x = build.node(any_table(), build.input(2, 8, 16))
    build.output(x)
    assert functions(composed(build, build.node(any_table(), x))) == ["table", "table"]


@pytest.mark.parametrize("op", [PRODUCT, Minimum(), Maximum()], ids=lambda op: op.name)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1)])
@pytest.mark.parametrize("first", [False, True])
def test_a_constant_of_one_element_goes_into_a_table(
    op: Any, shape: tuple[int, ...], first: bool
) -> None:
    build = GraphBuilder()
    x, constant = build.input(2, 8, 16), build.constant(*shape)
    operands = (constant, x) if first else (x, constant)
    y = build.node(op, *operands)
    assert functions(composed(build, build.node(any_table(), y))) == ["table"]


def test_other_constants_and_shapes_stay() -> None:
    build = GraphBuilder()
    x = build.node(PRODUCT, build.input(2, 8, 16), build.constant(16))
    x = build.node(PRODUCT, x, build.constant(1, 1, 1, 1))
    assert functions(composed(build, x)) == ["mul", "mul"]


@pytest.mark.parametrize("op", [PRODUCT, Minimum(), Maximum()], ids=lambda op: op.name)
def test_results_are_those_of_the_reference(op: Any) -> None:
    """Of all pairs of operands."""
    values = np.arange(-128, 128)
    operands = torch.from_numpy(values.astype(np.int8))
    reference = part(op.name, "reference")
    assert reference is not None
    expected = reference.reference(op, operands.reshape(256, 1), operands)
    assert np.array_equal(op.results(values[:, None], values), expected.numpy())
