"""Recurrent layers and cells of PyTorch: every form becomes layers of one direction."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from frontend_checks import Function, calibration, flat_outputs
from state_models import converted_in_a_row, frames, ours_in_a_row
from state_models import imported as kept
from torch import Tensor, nn

from torch_cortex_m import TcmError
from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.ir import Graph, verify
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference

LAYERS = ("lstm", "gru", "rnn")
Shapes = tuple[tuple[int, ...], ...]

SEQUENCE: Shapes = ((6, 1, 5),)
BATCHES: Shapes = ((2, 6, 5),)


def imported(model: nn.Module, shapes: Shapes) -> Graph:
    """The graph behind all passes; its results are near the float model's and those of PT2E."""
    torch.manual_seed(0)
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.7, 0.7)
    data = calibration(shapes, 6)
    program = quantized_program(copy.deepcopy(model).eval(), data[0], data)
    graph = import_quantized(program, "model")
    verify(graph)
    graph = run_passes(graph)
    verify(graph)
    for sample in data[:2]:
        results = called(graph, Reference(graph), sample)
        expected, fake = (flat_outputs(each, sample) for each in (model.eval(), program))
        for port, *arrays in zip(graph.outputs, results, expected, fake, strict=True):
            check_near(graph, port.value, *arrays)
    return graph


def called(graph: Graph, reference: Reference, sample: tuple[Tensor, ...]) -> list[np.ndarray]:
    inputs = [
        to_port(graph, port, tensor.numpy(), raw=False)
        for port, tensor in zip(graph.inputs, sample, strict=True)
    ]
    return [
        from_port(graph, port, array, raw=False)
        for port, array in zip(graph.outputs, reference.run(inputs), strict=True)
    ]


def check_near(
    graph: Graph, value: str, ours: np.ndarray, right: np.ndarray, fake: np.ndarray
) -> None:
    """One hidden value in 127 parts of its range is what int8 says; states in int16 say more, but
    come from such."""
    assert ours.shape == right.shape
    quantization = graph.types[value].quantization
    assert quantization is not None
    step = max(quantization.scale, float(np.abs(right).max()) / 127)
    assert np.abs(ours - fake).max() <= 2 * step
    assert np.abs(ours - right).mean() <= np.abs(fake - right).mean() + 0.25 * step


def layers(graph: Graph) -> list[str]:
    return [node.op.name for node in graph.nodes if node.op.name in LAYERS]


def first(layer: nn.Module) -> nn.Module:
    """A model that gives the layer's output alone."""
    return Function(lambda model, x: model.layer(x)[0], layer=layer)


FORMS: list[tuple[str, nn.Module, Shapes, int]] = [
    ("time first", first(nn.LSTM(5, 6)), SEQUENCE, 1),
    ("batches first", first(nn.LSTM(5, 6, batch_first=True)), BATCHES, 1),
    ("batches second", first(nn.GRU(5, 6)), BATCHES, 1),
    ("no batch", first(nn.GRU(5, 6)), ((6, 5),), 1),
    ("1 step", first(nn.RNN(5, 6)), ((1, 1, 5),), 1),
    ("layers", first(nn.LSTM(5, 6, 3, batch_first=True, dropout=0.5)), BATCHES, 3),
    ("two directions", first(nn.GRU(5, 6, bidirectional=True)), SEQUENCE, 2),
    ("two directions of layers", first(nn.RNN(5, 6, 2, bidirectional=True)), ((6, 5),), 4),
    ("no biases", first(nn.GRU(5, 6, bias=False)), SEQUENCE, 1),
    ("relu", first(nn.RNN(5, 6, 2, nonlinearity="relu", batch_first=True)), BATCHES, 2),
    ("all results of lstm", nn.LSTM(5, 6, 2, bidirectional=True), SEQUENCE, 4),
    ("all results of gru", nn.GRU(5, 6, 2, bidirectional=True, batch_first=True), BATCHES, 4),
    ("all results of rnn", nn.RNN(5, 6), ((6, 5),), 1),
    ("cell of lstm", nn.LSTMCell(5, 6), ((2, 5),), 1),
    ("cell of gru", nn.GRUCell(5, 6, bias=False), ((5,),), 1),
    ("cell of rnn", nn.RNNCell(5, 6, nonlinearity="relu"), ((1, 5),), 1),
]


OFTEN = ("two directions of layers",)
"""What every run takes; the others are much like these."""


@pytest.mark.parametrize(
    ("model", "shapes", "count"),
    [
        pytest.param(*form, id=name, marks=() if name in OFTEN else pytest.mark.slow)
        for name, *form in FORMS
    ],
)
def test_every_form(model: nn.Module, shapes: Shapes, count: int) -> None:
    assert len(layers(imported(model, shapes))) == count


STATES: dict[str, tuple[nn.Module, Shapes]] = {
    "lstm": (nn.LSTM(5, 6, 2), ((2, 1, 6), (2, 1, 6))),
    "gru": (nn.GRU(5, 6, 2), ((2, 1, 6),)),
    "rnn": (nn.RNN(5, 6, 2), ((2, 1, 6),)),
}


def stateful(model: nn.Module, x: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
    output, after = model.layer(x, states if len(states) > 1 else states[0])  # type: ignore[operator]
    return (output, *(after if len(states) > 1 else (after,)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", STATES)
def test_states_in_and_out_have_one_type(kind: str) -> None:
    """So that a caller gives back what came out, as it is."""
    layer, shapes = STATES[kind]
    graph = imported(Function(stateful, layer=layer), ((2, 1, 5), *shapes))
    for given, result in zip(graph.inputs[1:], graph.outputs[1:], strict=True):
        assert graph.types[given.value] == graph.types[result.value]
    dtypes = [graph.types[port.value].dtype for port in graph.inputs[1:]]
    assert dtypes == {"lstm": ["int8", "int16"], "gru": ["int16"], "rnn": ["int8"]}[kind]


def learned(model: nn.Module, x: Tensor) -> Tensor:
    """A beginning that is a parameter."""
    return model.gru(x, model.initial)[0]  # type: ignore[operator]


def computed(model: nn.Module, x: Tensor, other: Tensor) -> Tensor:
    """A beginning that is computed, and of int8."""
    states = torch.tanh(other).unsqueeze(0), model.linear(other).unsqueeze(0)  # type: ignore[operator]
    return model.lstm(x, states)[0]  # type: ignore[operator]


def encoder_and_decoder(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    return model.decoder(y, model.encoder(x)[1])[0]  # type: ignore[operator]


def loop(model: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """The hidden values of all steps of two cells, and the last cell."""
    h = c = k = torch.zeros(1, 6)
    outputs = []
    for step in x.unbind(0):
        h, c = model.lstm(step, (h, c))  # type: ignore[operator]
        k = model.gru(h, k)  # type: ignore[operator]
        outputs.append(k)
    return torch.stack(outputs), c


def without_a_batch(model: nn.Module, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
    """Of the state both kinds of readers, behind an operator that moves it."""
    h = model.cell(x, h)  # type: ignore[operator]
    h = model.cell(x, h)  # type: ignore[operator]
    return torch.relu(h) + 1, h


def of_the_cell(model: nn.Module, x: Tensor) -> Tensor:
    """Functions of an int16 state."""
    c = model.lstm(x)[1][1]  # type: ignore[operator]
    return torch.cat([torch.sigmoid(c) * c, c.flip(-1)], -1)


def state_alone(model: nn.Module, x: Tensor, h: Tensor) -> Tensor:
    return model.gru(x, h)[1]  # type: ignore[operator]


BODIES: list[tuple[Callable[..., Any], dict[str, Any], Shapes, list[str]]] = [
    (learned, {"gru": nn.GRU(5, 6), "initial": torch.linspace(-2, 2, 6).reshape(1, 1, 6)},
     SEQUENCE, ["gru"]),
    (computed, {"linear": nn.Linear(6, 6), "lstm": nn.LSTM(5, 6)}, (*SEQUENCE, (1, 6)), ["lstm"]),
    (encoder_and_decoder, {"encoder": nn.GRU(5, 6, 2), "decoder": nn.GRU(3, 6, 2)},
     (*SEQUENCE, (4, 1, 3)), ["gru"] * 4),
    (encoder_and_decoder, {"encoder": nn.LSTM(5, 6), "decoder": nn.LSTM(3, 6)},
     (*SEQUENCE, (4, 1, 3)), ["lstm"] * 2),
    (loop, {"lstm": nn.LSTMCell(5, 6), "gru": nn.GRUCell(6, 6)}, ((3, 1, 5),), ["lstm", "gru"] * 3),
    (without_a_batch, {"cell": nn.GRUCell(5, 6)}, ((5,), (6,)), ["gru"] * 2),
    (of_the_cell, {"lstm": nn.LSTM(5, 6)}, SEQUENCE, ["lstm"]),
    (state_alone, {"gru": nn.GRU(5, 6)}, (*SEQUENCE, (1, 1, 6)), ["gru"]),
]  # fmt: skip


OFTEN_BETWEEN = (without_a_batch,)


@pytest.mark.parametrize(
    ("body", "parts", "shapes", "expected"),
    [
        pytest.param(*row, marks=() if row[0] in OFTEN_BETWEEN else pytest.mark.slow)
        for row in BODIES
    ],
)
def test_states_between_layers(
    body: Callable[..., Any], parts: dict[str, Any], shapes: Shapes, expected: list[str]
) -> None:
    assert layers(imported(Function(body, **parts), shapes)) == expected


@pytest.mark.slow
def test_states_between_layers_stay_as_they_are() -> None:
    """No operator between a decoder and its encoder."""
    body, parts, shapes, _ = BODIES[3]
    graph = imported(Function(body, **parts), shapes)
    assert not [node for node in graph.nodes if node.op.name in ("requantize", "rescale")]


def test_ranges_are_those_of_all_steps() -> None:
    """A state that returns to 0 in the end has been large before."""
    cell = nn.LSTM(1, 1, bias=False)
    with torch.no_grad():
        input_weight, recurrent_weight = cell.parameters()
        input_weight.copy_(torch.tensor([[4.0], [0.5], [4.0], [4.0]]))
        recurrent_weight.zero_()
    x = torch.cat([torch.full((8, 1, 1), 4.0), torch.full((12, 1, 1), -4.0)])
    program = quantized_program(first(cell), (x,), [(x,)])
    (node,) = (n for n in import_quantized(program, "model").nodes if n.op.name == "lstm")
    assert node.op.cell_power >= -12  # beyond 4


@pytest.mark.slow
def test_weights_of_nearly_zero_leave_room_for_biases() -> None:
    layer = nn.GRU(5, 6)
    model = first(layer)
    torch.manual_seed(0)
    parameters = dict(layer.named_parameters())
    with torch.no_grad():
        parameters["weight_ih_l0"].mul_(1e-9)
        parameters["weight_hh_l0"][6:].zero_()
        parameters["bias_ih_l0"].add_(2)
    data = calibration(SEQUENCE)
    program = quantized_program(copy.deepcopy(model), data[0], data)
    graph = run_passes(import_quantized(program, "model"))
    (got,), (expected,) = called(graph, Reference(graph), data[0]), flat_outputs(model, data[0])
    assert np.abs(got - expected).max() < 0.02


def refused(model: nn.Module, shapes: Shapes) -> str:
    data = calibration(shapes)
    with pytest.raises(TcmError) as caught:
        quantized_program(model, data[0], data)
    return str(caught.value)


@pytest.mark.slow
def test_one_bias_of_two() -> None:
    def body(model: nn.Module, x: Tensor) -> Tensor:
        parts = (model.input, model.recurrent, None, model.bias)
        return torch.gru_cell(x, torch.zeros(1, 6), *parts)  # type: ignore[arg-type]

    rng = torch.Generator().manual_seed(0)
    weights = {"input": torch.randn(18, 5, generator=rng), "bias": torch.linspace(-1, 1, 18)}
    model = Function(body, **weights, recurrent=torch.randn(18, 6, generator=rng))
    assert layers(imported(model, ((1, 5),))) == ["gru"]


PROJECTED: dict[str, tuple[nn.Module, Shapes, int]] = {
    "plain": (first(nn.LSTM(5, 6, proj_size=3)), SEQUENCE, 1),
    "layers of two directions": (
        nn.LSTM(5, 6, 2, proj_size=3, bidirectional=True, batch_first=True),
        BATCHES,
        4,
    ),
    "no biases": (first(nn.LSTM(5, 6, proj_size=1, bias=False)), SEQUENCE, 1),
    "given states": (
        Function(lambda model, x, h, c: model.layer(x, (h, c)), layer=nn.LSTM(5, 6, proj_size=4)),
        ((6, 2, 5), (1, 2, 4), (1, 2, 6)),
        1,
    ),
}


@pytest.mark.parametrize(
    ("model", "shapes", "count"),
    [
        pytest.param(*form, id=name, marks=() if name == "given states" else pytest.mark.slow)
        for name, form in PROJECTED.items()
    ],
)
def test_a_projection_is_a_linear_layer_behind(
    model: nn.Module, shapes: Shapes, count: int
) -> None:
    graph = imported(model, shapes)
    assert len(layers(graph)) == count
    assert sum(node.op.name == "linear" for node in graph.nodes) >= count


def test_packed_sequences_are_refused() -> None:
    def packed(model: Any, x: Tensor) -> Tensor:
        sequences = nn.utils.rnn.pack_padded_sequence(x, [6, 4], batch_first=True)
        return model.gru(sequences)[1]

    text = refused(Function(packed, gru=nn.GRU(5, 6, batch_first=True)), BATCHES)
    assert "packed sequences are not supported" in text
    assert "test_frontend_recurrent.py:" in text


def test_computed_weights_are_refused() -> None:
    def body(model: nn.Module, x: Tensor, weight: Tensor) -> Tensor:
        return torch.gru_cell(x, torch.zeros(1, 6), weight, model.recurrent)  # type: ignore[arg-type]

    text = refused(Function(body, recurrent=torch.ones(18, 6)), ((1, 5), (18, 5)))
    assert "a weight of a recurrent layer is not a constant" in text


def kept_in_buffers(model: Any, x: Tensor) -> Tensor:
    out, (h, c) = model.lstm(x, (model.h, model.c))
    model.h, model.c = h.clone(), c.clone()
    return out


def kept_by_a_cell(model: Any, x: Tensor) -> Tensor:
    model.h = model.cell(x, model.h)
    return model.h * 1.0


KEPT: dict[str, tuple[nn.Module, Shapes, list[str]]] = {
    "lstm": (
        Function(
            kept_in_buffers, lstm=nn.LSTM(5, 6), h=torch.zeros(1, 1, 6), c=torch.zeros(1, 1, 6)
        ),
        ((2, 1, 5),),
        ["int16", "int8"],
    ),
    "gru": (Function(kept_by_a_cell, cell=nn.GRUCell(5, 6), h=torch.zeros(1, 6)), ((1, 5),),
            ["int16"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_states_in_buffers(kind: str) -> None:
    """Calls in a row; states have the type of the layer."""
    model, shapes, dtypes = KEPT[kind]
    torch.manual_seed(0)
    data = frames(8, shapes[0])
    program, graph = kept(model, data)
    assert sorted(graph.types[name].dtype for name in graph.states) == dtypes
    assert not [node for node in graph.nodes if node.op.name == "rescale"]
    (port,) = graph.outputs
    step = graph.types[port.value].quantization
    assert step is not None
    for ours, fake in zip(
        ours_in_a_row(graph, data), converted_in_a_row(program, data), strict=True
    ):
        assert np.abs(ours - fake).max() <= 2 * step.scale


def test_states_bound_to_inputs() -> None:
    layer, shapes = STATES["gru"]
    data = calibration(((2, 1, 5),), 6)
    example = (*data[0], *(torch.zeros(shape) for shape in shapes))
    _, graph = kept(Function(stateful, layer=layer), data, {"inputs_1": 1}, example)
    assert [graph.types[name].dtype for name in graph.states] == ["int16"]
    assert len(graph.inputs) == len(graph.outputs) == 1
