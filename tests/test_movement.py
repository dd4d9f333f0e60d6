"""Any movement of data that NumPy can express: the operators that stand for it do just that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType, verify
from torch_cortex_m.ops import operator
from torch_cortex_m.ops.rules.movement import (
    FILLED,
    MOST_ELEMENTS,
    MOST_INDICES,
    all_places,
    movement,
)
from torch_cortex_m.run.reference import run_reference

Move = Callable[[np.ndarray], np.ndarray]
ZERO = -7


def moved(places: np.ndarray, data: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The data at these places by the operators, and their names."""
    graph = Graph("moved")
    type_ = TensorType(data.shape, str(data.dtype), Quantization(0.1, ZERO))
    value = graph.add_input("x", type_)
    steps = movement(places, type_)
    for step in steps:
        inputs = (value,)
        if step.indices is not None:
            inputs = (value, graph.add_constant("indices", step.indices))
        value = graph.add_node(operator(step.operator, **step.fields), inputs, step.operator)
    graph.outputs.append(Port(value, graph.types[value].shape))
    verify(graph)
    return run_reference(graph, [data])[0], [step.operator for step in steps]


def check(move: Move, shape: tuple[int, ...], dtype: str = "int8") -> list[str]:
    data = np.random.default_rng(0).integers(-100, 100, shape).astype(dtype)
    got, operators = moved(move(all_places(shape)), data)
    np.testing.assert_array_equal(got, move(data))
    assert got.dtype == data.dtype
    return operators


CASES: list[tuple[str, tuple[int, ...], Move, list[str]]] = [
    ("nothing", (2, 3), lambda x: x, []),
    ("reshape", (2, 3), lambda x: x.reshape(3, 2), ["reshape"]),
    ("slice", (4, 5), lambda x: x[1:3, ::2], ["slice"]),
    ("index", (4, 5), lambda x: x[:, 3], ["slice", "reshape"]),
    ("element", (4, 5), lambda x: x[1, 3], ["slice", "reshape"]),
    ("flip", (4, 5, 2), lambda x: x[::-1, :, ::-1], ["slice"]),
    ("transpose", (2, 3, 4), lambda x: x.transpose(2, 0, 1), ["transpose"]),
    ("part_transposed", (2, 3, 4), lambda x: x.transpose(2, 0, 1)[1:, :, ::2],
     ["slice", "transpose"]),
    ("new_axis", (2, 3), lambda x: np.broadcast_to(x[:, None], (2, 4, 3)), ["reshape", "slice"]),
    ("repeat", (2, 3), lambda x: x.repeat(2, 1), ["gather"]),
    ("tile", (2, 3), lambda x: np.tile(x, (2, 2)), ["gather", "gather"]),
    ("roll", (2, 5), lambda x: np.roll(x, 2, 1), ["gather"]),
    ("windows", (2, 5), lambda x: np.lib.stride_tricks.sliding_window_view(x, 3, 1),
     ["gather", "reshape"]),
    ("diagonal", (4, 4), lambda x: x.diagonal(), ["reshape", "gather", "reshape"]),
    ("pairs_of_rows", (4, 3, 2), lambda x: x[[0, 3], [2, 1]], ["reshape", "gather"]),
    ("element_everywhere", (), lambda x: np.broadcast_to(x, (2, 3)), ["reshape", "slice"]),
    ("rank_7", (2, 1, 2, 1, 2, 1, 2), lambda x: x[..., ::-1], ["reshape", "gather", "reshape"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "move", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_movement(shape: tuple[int, ...], move: Move, expected: list[str]) -> None:
    assert check(move, shape) == expected


def test_only_bytes_are_transposed() -> None:
    assert check(lambda x: x.transpose(1, 0), (3, 4), "int32") == ["reshape", "gather", "reshape"]


def test_what_comes_from_nowhere_is_zero() -> None:
    data = np.arange(12, dtype=np.int8).reshape(3, 4)
    inside = np.tril(np.ones_like(data)).astype(bool)
    got, operators = moved(np.where(inside, all_places((3, 4)), FILLED), data)
    np.testing.assert_array_equal(got, np.where(inside, data, ZERO))
    assert operators == ["reshape", "pad", "reshape", "gather", "reshape"]


def test_what_would_need_too_many_indices() -> None:
    places = np.random.default_rng(0).permutation(MOST_INDICES + 1)
    with pytest.raises(TcmError, match=str(MOST_INDICES + 1)):
        movement(places.reshape(1, -1), TensorType((1, MOST_INDICES + 1)))


def test_what_is_too_large() -> None:
    with pytest.raises(TcmError, match="too large"):
        all_places((MOST_ELEMENTS, 2))


@st.composite
def moves(draw: st.DrawFn) -> tuple[tuple[int, ...], list[Move]]:
    """A few steps, each on the result of the one before."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    steps: list[Move] = []
    x = np.zeros(shape)
    for _ in range(draw(st.integers(1, 4))):
        steps.append(draw(st.sampled_from(kinds(draw, x.shape))))
        x = steps[-1](x)
    return shape, steps


def kinds(draw: st.DrawFn, shape: Sequence[int]) -> list[Move]:
    """What fits the shape; NumPy reads each parameter once."""
    if not shape:
        return [lambda x: x[None]]
    axis = draw(st.integers(0, len(shape) - 1))
    indices = draw(st.lists(st.integers(0, shape[axis] - 1), min_size=1, max_size=5))
    order = draw(st.permutations(range(len(shape))))
    return [
        lambda x: np.take(x, indices, axis),
        lambda x: np.take(x, indices[0], axis),
        lambda x: np.flip(x, axis),
        lambda x: x.transpose(order),
        lambda x: x.reshape(-1),
        lambda x: np.expand_dims(x, axis),
        lambda x: np.repeat(x, 2, axis),
        lambda x: np.roll(x, indices[0], axis),
    ]


@settings(max_examples=200, deadline=None)
@given(moves())
def test_any_movement(drawn: tuple[tuple[int, ...], list[Move]]) -> None:
    shape, steps = drawn

    def move(x: np.ndarray) -> np.ndarray:
        for step in steps:
            x = step(x)
        return x

    check(move, shape)
