"""Bytes, indices and truth values as inputs, and results of every kind and structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, assert_close_in_steps, flat_outputs, operators, seeded
from torch import Tensor, nn

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.run.reference import run_reference

FLOATS = torch.randn(2, 5, generator=seeded())
WORDS = torch.tensor([[3, 0, 7], [7, 7, 1]])
BYTES = torch.randint(0, 256, (1, 3, 6, 8), generator=seeded(), dtype=torch.uint8)
TRUTH = torch.tensor([[True, False, True], [False, False, True]])


class Text(nn.Module):
    """A classifier of words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(9, 4)
        self.scores = nn.Linear(12, 3)

    def forward(self, words: Tensor) -> Tensor:
        return self.scores(self.words(words).flatten(1))


class Camera(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, image: Tensor) -> Tensor:
        return self.conv(image.float() * (1 / 255) - 0.5)


def checked(model: nn.Module, *inputs: Tensor) -> tcm.CompiledModel:
    """Against PT2E's program, as imported, and as C for this computer."""
    program = quantized_program(model, inputs, [inputs])
    graph = import_quantized(program, "model")
    as_in_graph = {torch.int64: np.int32}
    arrays = [
        (each.numpy().astype(np.int16) - 128).astype(np.int8)
        if each.dtype == torch.uint8
        else each.numpy().astype(as_in_graph.get(each.dtype, each.numpy().dtype))
        for each in inputs
    ]
    got = run_reference(graph, arrays)
    expected = flat_outputs(program, inputs)
    computed = {value for node in graph.nodes for value in node.outputs}
    if {port.value for port in graph.outputs} <= computed:
        assert_close_in_steps(graph, got, expected)
    compiled = tcm.compile(model, inputs, target="host", calibration=[inputs])
    compiled.verify(*inputs)
    return compiled


INPUTS: list[tuple[str, nn.Module, tuple[Tensor, ...]]] = [
    ("embedding", Text(), (WORDS,)),
    ("embedding_of_int32", Text(), (WORDS.int(),)),
    ("bytes", Camera(), (BYTES,)),
    ("bytes_moved", Function(lambda m, x: x.permute(0, 2, 3, 1)[:, ::2].float() * 0.1), (BYTES,)),
    ("truth", Function(lambda m, x: x.float() * 3), (TRUTH,)),
    ("indices_as_numbers", Function(lambda m, x: x.float() * 0.25), (WORDS,)),
    ("index_select", Function(lambda m, x, i: x.index_select(1, i)), (FLOATS, WORDS[0] % 5)),
    ("index", Function(lambda m, x, i: x[:, i]), (FLOATS, WORDS % 5)),
    ("index_of_rows", Function(lambda m, x, i: x[i]), (FLOATS, WORDS % 2)),
    ("moved_indices", Function(lambda m, x, i: x[i.t().flip(0)]), (FLOATS, WORDS % 2)),
    (
        "embeddings_side_by_side",
        Function(
            lambda m, x, i: torch.cat([x, m.a(i[:, 0]), m.b(i[:, 1])], 1),
            a=nn.Embedding(8, 2),
            b=nn.Embedding(8, 3),
        ),
        (FLOATS, WORDS),
    ),
    (
        "tied_embedding",
        Function(lambda m, i: functional.linear(m.e(i), m.e.weight), e=nn.Embedding(9, 4)),
        (WORDS,),
    ),
]


@pytest.mark.parametrize(
    ("model", "inputs"), [case[1:] for case in INPUTS], ids=[case[0] for case in INPUTS]
)
def test_inputs(model: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    checked(model, *inputs)


def test_bytes_become_the_input_of_the_first_layer() -> None:
    """Nothing converts them: as int8, 128 less, they are what is computed with."""
    model = Function(lambda m, x: m.conv(x.float()), conv=nn.Conv2d(3, 4, 3))
    compiled = checked(model, BYTES)
    assert operators(compiled.graph) == ["conv2d"]
    result = compiled.run(BYTES)
    raw = compiled.run((BYTES.short() - 128).to(torch.int8), raw=True)
    scale, zero_point = 0.0, 0
    for port in compiled.graph.outputs:
        quantization = compiled.graph.types[port.value].quantization
        assert quantization is not None
        scale, zero_point = quantization.scale, quantization.zero_point
    torch.testing.assert_close(result, (raw.float() - zero_point) * scale)


def test_indices_outside_count_as_the_first_and_the_last() -> None:
    compiled = checked(Function(lambda m, x, i: x[:, i]), FLOATS, WORDS[0] % 5)
    first, last = compiled.run(FLOATS, torch.tensor([-3, 99, 2]))[:, :2].unbind(1)
    expected = compiled.run(FLOATS, torch.tensor([0, 4, 2]))
    torch.testing.assert_close(first, expected[:, 0])
    torch.testing.assert_close(last, expected[:, 1])


def test_indices_beyond_32_bits_are_refused() -> None:
    compiled = checked(Text(), WORDS)
    with pytest.raises(TcmError, match="values that int32 does not have"):
        compiled.run(WORDS + 2**40)


OUTPUTS: list[tuple[str, Callable[..., Any], list[str]]] = [
    ("tuple", lambda m, x: (x + 1, x * 2), ["add", "mul"]),
    ("list", lambda m, x: [x + 1], ["add"]),
    ("dict", lambda m, x: {"value": x + 1, "policy": x * 2}, ["value", "policy"]),
    ("nested", lambda m, x: {"a": (x + 1, {"b": x * 2})}, ["a.0", "a.1.b"]),
    ("twice", lambda m, x: twice(x), ["add", "add"]),
    ("twice_in_a_dict", lambda m, x: dict(zip("ab", twice(x), strict=True)), ["a", "a"]),
    ("input", lambda m, x: (x, x + 1), ["x", "add"]),
    ("constant", lambda m, x: (x + 1, m.c), ["add", "c"]),
    ("integers", lambda m, x: (x + 1, m.i), ["add", "i"]),
    ("only_an_input", lambda m, x: x, ["x"]),
    ("moved_input", lambda m, x: x.flatten(), ["flatten"]),
]


def twice(x: Tensor) -> tuple[Tensor, Tensor]:
    y = x + 1
    return y, y


@pytest.mark.parametrize(
    ("body", "names"), [case[1:] for case in OUTPUTS], ids=[case[0] for case in OUTPUTS]
)
def test_outputs(body: Callable[..., Any], names: list[str]) -> None:
    model = Function(body, c=torch.randn(3, generator=seeded()), i=torch.arange(4))
    compiled = checked(model, FLOATS)
    results = compiled.run(FLOATS)
    results = results if isinstance(results, tuple) else (results,)
    expected = flat_outputs(model, (FLOATS,))
    for got, wanted in zip(results, expected, strict=True):
        np.testing.assert_allclose(got.numpy(), wanted, atol=0.05)
    outputs = [port.value for port in compiled.graph.outputs]
    for output, name in zip(outputs, names, strict=True):
        assert output == name or name == "x"
