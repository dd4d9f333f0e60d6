"""Functions of one value from PyTorch: each spelling becomes one table with the right numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from frontend_checks import Function, calibration, check_model, operators, seeded
from torch import Tensor, nn

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.frontend.pytorch.functions import find_functions
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.ir import Graph
from torch_cortex_m.ops.pytorch.node import is_constant

IMAGE = (1, 4, 8, 8)
Body = Callable[[Any, Tensor], Any]

MODULES = [
    *(nn.GELU(), nn.GELU("tanh"), nn.Mish(), nn.ELU(0.7), nn.CELU(0.7), nn.SELU()),
    *(nn.LeakyReLU(0.2), nn.Softshrink(0.3), nn.Tanhshrink(), nn.Softplus(2, 5)),
    *(nn.Softsign(), nn.LogSigmoid(), nn.PReLU(), nn.PReLU(init=-0.5), nn.SiLU()),
    *(nn.Sigmoid(), nn.Tanh(), nn.Hardsigmoid(), nn.Hardswish()),
]

SMOOTH: list[Body] = [
    lambda m, x: x.exp(),
    lambda m, x: torch.exp2(x),
    lambda m, x: x.expm1(),
    lambda m, x: x**3,
    lambda m, x: 2**x,
    lambda m, x: x.square(),
    lambda m, x: 1 - x,
    lambda m, x: torch.rsub(x, 1.5, alpha=2),
    lambda m, x: x / 3,
    lambda m, x: x / m.number,
    lambda m, x: torch.div(x, m.one_element),
    lambda m, x: x - m.number,
    lambda m, x: x * m.ones,
    lambda m, x: x.abs(),
    lambda m, x: -x,
    lambda m, x: x.sin() + x.cos() + x.atan(),
    lambda m, x: x.erf() * x.sinh(),
    lambda m, x: x.clamp(m.number, m.number + 1),
    lambda m, x: torch.maximum(x, torch.tensor(0.1)),
    lambda m, x: torch.max(x, -x) + x.min(m.number),
    lambda m, x: torch.where(x > 0, x, 0.1 * x),
    lambda m, x: torch.where(x > 0, x, 0.0),
    lambda m, x: x.masked_fill(x < 0, 0.0),
    lambda m, x: x * (x > 0),
    lambda m, x: x * (x > 0).float(),
    lambda m, x: x * torch.sigmoid(x),
    lambda m, x: x * functional.relu6(x + 3) / 6,
    lambda m, x: x / (1 + x.abs()),
    lambda m, x: 0.5 * x * (1 + torch.tanh(0.797885 * (x + 0.044715 * x**3))),
    lambda m, x: x * torch.tanh(functional.softplus(x)),
    lambda m, x: torch.lerp(x, x * 2, 0.3),
    lambda m, x: torch.addcmul(x, x, x, value=0.2),
    lambda m, x: functional.elu_(x + 1),
    lambda m, x: (x + 1).sigmoid_(),
    lambda m, x: functional.relu(torch.tanh(x)),
    lambda m, x: functional.hardtanh(x * 2, -1, 3),
    lambda m, x: torch.special.expit(x),
]

WITH_STEPS: list[Body] = [
    lambda m, x: torch.where(x.logical_not() | (x > 0) & ~(x > 1), x.square(), 0 * x),
    lambda m, x: functional.hardshrink(x, 0.3),
    lambda m, x: functional.threshold(x, 0.1, 0.5),
    lambda m, x: x.floor() + x.ceil(),
    lambda m, x: x.round() - x.trunc() * 3,
    lambda m, x: x.sign(),
    lambda m, x: x // 0.5,
    lambda m, x: torch.remainder(x, 0.7),
    lambda m, x: torch.fmod(x, 0.7) + x.round(decimals=1),
    lambda m, x: torch.where((x > 0) & (x < 1), x, 2 * x),
    lambda m, x: torch.eq(x, x.round()) * 1.0 + x,
]
"""Where a rounded input may lie on the other side of a jump."""

POSITIVE: list[Body] = [
    lambda m, x: torch.sqrt(x),
    lambda m, x: torch.rsqrt(x + 0.1),
    lambda m, x: 3 / (x + 0.5),
    lambda m, x: torch.log(x + 0.2),
    lambda m, x: x.log1p() + torch.log2(x + 1) + torch.log10(x + 1),
    lambda m, x: x**0.5,
    lambda m, x: x**m.number,
    lambda m, x: x.sign() * x.abs().sqrt(),
]


def model_of(body: Body) -> nn.Module:
    return Function(
        body,
        number=torch.tensor(0.3),
        one_element=torch.tensor([[0.7]]),
        ones=torch.full((4, 1, 1), 1.5),
    )


def check_one_table(model: nn.Module, **fields: Any) -> Graph:
    graph = check_model(model, (IMAGE,), **fields)
    assert operators(graph) == ["table"]
    return graph


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_one_table(module: nn.Module) -> None:
    check_one_table(module)


@pytest.mark.parametrize("place", range(len(SMOOTH)))
def test_an_expression_is_one_table(place: int) -> None:
    check_one_table(model_of(SMOOTH[place]))


@pytest.mark.parametrize("place", range(len(WITH_STEPS)))
def test_an_expression_with_jumps_is_one_table(place: int) -> None:
    check_one_table(model_of(WITH_STEPS[place]), steps=256, decibels=8.0)


@pytest.mark.parametrize("place", range(len(POSITIVE)))
def test_an_expression_of_positive_numbers_is_one_table(place: int) -> None:
    check_one_table(model_of(POSITIVE[place]), positive=True)


def test_what_is_read_twice_is_a_table_for_each_reader() -> None:
    """Each of the input, so that neither rounds what the other has rounded."""

    def body(m: Any, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        gate = torch.sigmoid(x)
        return gate * x, gate + y

    graph = check_model(Function(body), (IMAGE, IMAGE))
    assert operators(graph) == ["table", "table", "add"]
    tables = [node for node in graph.nodes if node.op.name == "table"]
    assert tables[0].inputs == tables[1].inputs


def test_activations_fuse_with_what_computes_sums() -> None:
    def body(m: Any, x: Tensor) -> Tensor:
        return torch.tanh(functional.relu(m.conv(x))) + 1

    graph = check_model(Function(body, conv=nn.Conv2d(4, 4, 3)), (IMAGE,))
    assert operators(graph) == ["conv2d", "table"]
    (convolution,) = [node for node in graph.nodes if node.op.name == "conv2d"]
    assert convolution.op.activation_min == convolution.op.output_offset


def test_a_clamp_alone_stays_a_clamp() -> None:
    graph = check_model(Function(lambda m, x: x.relu().clamp(max=0.5)), (IMAGE,))
    assert "table" not in operators(graph)


def test_constants_with_several_values_make_no_table() -> None:
    constant = torch.randn(4, 1, 1, generator=seeded())
    graph = check_model(Function(lambda m, x: x * m.c, c=constant), (IMAGE,))
    assert operators(graph) == ["mul"]


def test_a_shape_that_broadcasting_changes_ends_a_function() -> None:
    def body(m: Any, x: Tensor) -> Tensor:
        return torch.tanh(x) * m.ones

    graph = check_model(Function(body, ones=torch.ones(4, 8, 8)), ((8,),))
    assert operators(graph) == ["table", "mul"]


def test_a_quantized_program_keeps_its_roundings() -> None:
    """A value that is quantized in the middle is where the next table begins."""
    model = nn.Sequential(nn.GELU(), nn.Mish())
    data = calibration((IMAGE,))
    program = quantized_program(
        Function(lambda m, x: m.net(x) * m.net(x), net=model), data[0], data
    )
    graph = import_pytorch(torch.export.export(program, data[0]), data[0])
    assert operators(graph) == ["table"]


def test_the_program_is_told_apart_into_functions() -> None:
    def body(m: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        y = x * torch.sigmoid(x)
        return y, y.relu().mean((2, 3)) * 2

    module = torch.export.export(Function(body), (torch.zeros(IMAGE),)).run_decompositions({})
    functions = find_functions(module.module())  # type: ignore[arg-type]
    sizes = {node.name: len(function.nodes) for node, function in functions.of.items()}
    assert sizes == {"mul": 2, "relu": 3, "mul_1": 1}
    assert {node.name for node in functions.absorbed} == {"sigmoid"}


UNSUPPORTED: list[tuple[Body, str]] = [
    (lambda m, x: torch.lgamma(x), "lgamma at lgamma"),
    (lambda m, x: x.argmax(1) == x[:, 0], "only of two float tensors, or of two of indices"),
]


@pytest.mark.parametrize("place", range(len(UNSUPPORTED)))
def test_what_is_no_function_of_one_tensor_is_refused(place: int) -> None:
    body, expected = UNSUPPORTED[place]
    several = torch.randn(4, 1, 1, generator=seeded())
    with pytest.raises(TcmError) as caught:
        import_pytorch(Function(body, several=several), (torch.ones(IMAGE),))
    assert expected in str(caught.value.got)


@pytest.mark.parametrize(("start", "expected"), [("placeholder", False), ("get_attr", True)])
def test_what_a_deep_program_depends_on(start: str, expected: bool) -> None:
    """Deeper than Python's stack."""
    graph = torch.fx.Graph()
    node = graph.create_node(start, "x")
    for _ in range(2000):
        node = graph.call_function(torch.ops.aten.add.Tensor, (node, node))
    assert is_constant(node) is expected
