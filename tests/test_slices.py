"""A few rows of an operator's output, computed from the rows that it says they depend on, are those
of the whole: of every operator, whatever its fields are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from drawn_networks import Q, add_case_node
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from torch_cortex_m import TcmError, ops
from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.conv_transpose2d.cases import case as transposed_case
from torch_cortex_m.ops.gather.cases import case as gather_case
from torch_cortex_m.ops.resize_bilinear.cases import case as resized_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.run.reference import run_reference
from torch_cortex_m.schedule import rows_in_pieces, whole_inputs
from torch_cortex_m.schedule.slices import ArgumentRows, RowRule, RowRules

BY_ROWS = {
    "avg_pool2d",
    "resize_bilinear",
    "conv_transpose2d",
    "conv2d",
    "depthwise_conv2d",
    "max_pool2d",
    "gather",
    "slice",
    "pad",
}
"""Operators of which many layers go by rows."""


def rows_and_whole(case: Case, most_calls: int = 40) -> int:
    """For how many numbers of rows a call the rows are those of the whole, which is all."""
    graph = case_graph(case)
    rules = RowRules(graph)
    rule = rules.rule(graph.outputs[0].value)
    if rule is None or rule.start is not None:
        return 0
    inputs = {port.value: case.tensors[port.value] for port in graph.inputs}
    (whole, *_) = run_reference(graph, [x for x in inputs.values() if x is not None])
    counts = [n for n in rule.rows_a_call if rule.rows // n <= most_calls]
    for rows in counts:
        found = [computed(case, graph, rules, rule, row, rows) for row in range(0, rule.rows, rows)]
        joined = np.concatenate(found, rule.axis)
        assert joined.dtype == whole.dtype
        assert np.array_equal(joined, whole), f"{rows} rows a call of {case.op}, {rule}"
    return len(counts)


def computed(
    case: Case, graph: Graph, rules: RowRules, rule: RowRule, row: int, rows: int
) -> np.ndarray:
    """Rows of the output from one on, by the layer that computes so many."""
    layer = rules.layer(rule, rows)
    assert layer is not None, f"{rows} rows a call of {case.op}, {rule}"
    given: list[torch.Tensor | None] = []
    for name in layer.op.tensor_names():
        data = layer.constants.get(name, case.tensors.get(name))
        if data is not None and name in rule.arguments:
            data = rows_read(data, rule.arguments[name], row, rows)
        given.append(None if data is None else torch.from_numpy(np.ascontiguousarray(data)))
        assert data is None or data.shape == layer.types[name].shape
    reference = ops.part(layer.op.name, "reference")
    assert reference is not None
    return reference.reference(layer.op, *given).numpy()


def rows_read(data: np.ndarray, its: ArgumentRows, row: int, rows: int) -> np.ndarray:
    """With a border where there is one; nothing else stands around the rows."""
    first = its.read.begin(row)
    count = its.read.count + its.read.stride * (-(-rows // its.read.period) - 1)
    size, places = data.shape[its.axis], np.arange(first, first + count)
    inside = (places >= 0) & (places < size)
    assert its.border is not None or inside.all()
    read = np.take(data, np.clip(places, 0, size - 1), its.axis)
    shape = [-1 if axis == its.axis else 1 for axis in range(data.ndim)]
    return np.where(inside.reshape(shape), read, np.asarray(its.border or 0, data.dtype))


@pytest.mark.parametrize("name", sorted(ops.definitions()))
def test_rows_of_every_operator(name: str) -> None:
    rng = np.random.default_rng(len(name))
    drawn = [make(rng, f"random {i}") for i in range(6) for make in ops.random_layers(name)]
    cases = [each for each in ops.cases(name) if elements(each) < 5000] + drawn
    found = sum(rows_and_whole(case) for case in with_outputs(cases, drawn))
    assert name not in BY_ROWS or found > 10


def with_outputs(cases: Sequence[Case], drawn: Sequence[Case]) -> Iterator[Case]:
    """Those that have an output: only what was drawn may have none."""
    for case in cases:
        try:
            case_graph(case)
        except TcmError:
            assert case in drawn
        else:
            yield case


IN_PIECES = {"avg_pool2d", "resize_bilinear"}
"""Operators whose first and last rows may not be as those between."""

WITH_BORDERS = {"conv2d", "depthwise_conv2d", "max_pool2d"}
"""Operators whose first and last rows may need some beyond an input that lies whole."""


def is_in_pieces(case: Case) -> bool:
    """Whether it goes by rows in pieces only, or needs no border with pieces, which give the same
    together."""
    graph = case_graph(case)
    whole = whole_inputs(graph, None)
    pieces = rows_in_pieces(graph, whole)
    if len(pieces.nodes) == len(graph.nodes):
        return False
    rules = RowRules(pieces, whole)
    read = [rule for node in pieces.computing_nodes() if (rule := rules.rule(node.name))]
    assert all(its.border is None for rule in read for its in rule.arguments.values())
    assert all(rules.rule(node.name) is not None for node in pieces.computing_nodes())
    inputs = [x for port in graph.inputs if (x := case.tensors[port.value]) is not None]
    (whole, *_), (joined, *_) = (run_reference(each, inputs) for each in (graph, pieces))
    assert np.array_equal(joined, whole), case.op
    return True


@pytest.mark.parametrize("name", sorted(IN_PIECES | WITH_BORDERS))
def test_pieces(name: str) -> None:
    rng = np.random.default_rng(1)
    drawn = [make(rng, f"random {i}") for i in range(40) for make in ops.random_layers(name)]
    assert sum(is_in_pieces(case) for case in with_outputs([*ops.cases(name), *drawn], drawn)) >= 5


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_pieces_of_resized_images(data: st.DataObject) -> None:
    """Of scales of whole numbers and those of halves of pixels there are always pieces."""
    size, scale = data.draw(st.integers(3, 9)), data.draw(st.integers(2, 5))
    aligned = data.draw(st.booleans())
    rows = scale * (size - 1) + 1 if aligned else scale * size
    note(f"{size} to {rows}, {aligned}")
    assert is_in_pieces(resized_case("rows", (1, size, 2, 3), (rows, 3), align_corners=aligned))


def elements(case: Case) -> int:
    return max(data.size for data in case.tensors.values() if data is not None)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_rows_of_transposed_convolutions(data: st.DataObject) -> None:
    """Also where strides do not divide the output, and padding is wider than the kernel."""
    height, kernel, stride = (data.draw(st.integers(1, most)) for most in (6, 5, 4))
    fields = {
        "stride": (stride, 2),
        "dilation": (data.draw(st.integers(1, 3)), 1),
        "padding": (data.draw(st.integers(0, 7)), 0),
        "output_size": (data.draw(st.integers(1, 20)), 6),
        "groups": data.draw(st.integers(1, 2)),
    }
    case = transposed_case("rows", (1, height, 3, 2), 2, (kernel, 2), **fields)
    note(str(case.op))
    count = rows_and_whole(case)
    event(f"{min(count, 3)} numbers of rows")
    rows = case.op.output_size[0]
    if height > 1 and rows > 1:
        assert count >= 1 + (rows % stride == 0 and rows > stride)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_rows_of_periodic_indices(data: st.DataObject) -> None:
    """Of nearest neighbours, and of any indices that go on as they began."""
    stride = data.draw(st.integers(1, 4))
    base = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=5))
    times = data.draw(st.integers(2, 5))
    indices = [index + stride * time for time in range(times) for index in base]
    more = data.draw(st.integers(0, 2))
    case = gather_case("rows", (1, max(indices) + 1 + more, 2, 3), 1, indices)
    note(str(indices))
    assert rows_and_whole(case) >= 2


def test_rows_are_joined_only_where_all_that_computes_them_goes_by_rows() -> None:
    """A convolution of a reshaped value has other rows than that: what it is concatenated with
    goes by rows as if nothing joined them."""
    graph, shape = Graph("model"), (1, 8, 6, 4)
    image = graph.add_input("image", TensorType(shape, "int8", Q))
    view: Any = ops.operator("reshape", shape=(1, 4, 12, 4))
    reshaped = graph.add_node(view, (image,), "reshaped", quantization=Q)
    wide = conv2d_case("wide", (1, 4, 12, 4), 4, (1, 7))
    first = add_case_node(graph, wide, reshaped, name="first")
    second = add_case_node(graph, conv2d_case("second", shape, 4, (3, 1)), image, name="second")
    join: Any = ops.operator("concatenate", axis=1)
    joined = graph.add_node(join, (first, second), "joined", quantization=Q)
    graph.outputs.append(Port(joined, graph.types[joined].shape))
    rule = RowRules(graph).rule("second")
    assert rule is not None
    assert rule.output.root == "second"
