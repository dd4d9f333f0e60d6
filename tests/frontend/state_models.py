"""Models that keep states, each in a few lines, and what calls in a row of them must give."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from frontend_checks import Function, calibration
from torch import Tensor, nn
from torch.fx import GraphModule, Interpreter

from torch_cortex_m.frontend.bindings import States, read_bindings
from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.frontend.pytorch.states import Calls
from torch_cortex_m.ir import Graph, verify
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference

FRAME, FRAMES = (1, 3, 2), 5
CALLS = 12


def seeded_conv(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Conv1d(3, 4, FRAMES)


def window(function: Any) -> Function:
    """Keeps the last frames in ``buffer``, for a convolution."""
    return Function(function, buffer=torch.zeros(1, 3, FRAMES), conv=seeded_conv())


def assigned_slices(model: Any, x: Tensor) -> Tensor:
    model.buffer[:, :, :-2] = model.buffer[:, :, 2:].clone()
    model.buffer[:, :, -2:] = x
    return model.conv(model.buffer)


def rolled(model: Any, x: Tensor) -> Tensor:
    model.buffer.copy_(torch.roll(model.buffer, -2, 2))
    model.buffer[:, :, -2:] = x
    return model.conv(model.buffer)


def assigned(model: Any, x: Tensor) -> Tensor:
    model.buffer = torch.cat([model.buffer[:, :, 2:], x], 2)
    return model.conv(model.buffer)


def copied(model: Any, x: Tensor) -> Tensor:
    frames = torch.cat([model.buffer, x], 2)[:, :, 2:]
    model.buffer.copy_(frames)
    return model.conv(frames)


def whole_words(model: Any, x: Tensor) -> Tensor:
    """A frame has four channels, so that the window moves by words."""
    frames = torch.cat([model.buffer, model.first(x)], 2)
    model.buffer = frames[:, :, 2:]
    return model.conv(frames)


WINDOWS = {f.__name__: window(f) for f in (assigned_slices, rolled, assigned, copied)}
"""The same window in several spellings."""


def newest_first(model: Any, x: Tensor) -> Tensor:
    frames = torch.cat([x, model.buffer], 2)
    model.buffer = frames[:, :, : model.buffer.shape[2]]
    return model.conv(frames)


def average(model: Any, x: Tensor) -> Tensor:
    model.mean.mul_(0.8).add_(0.2 * x)
    return x - model.mean


def recurrent(model: Any, x: Tensor) -> Tensor:
    model.hidden = torch.tanh(model.input(x.flatten(1)) + model.back(model.hidden))
    return model.out(model.hidden)


def delayed(model: Any, x: Tensor) -> Tensor:
    y = model.second
    model.second = model.first
    model.first = x
    return y


def swapped(model: Any, x: Tensor) -> Tensor:
    first, second = model.first, model.second
    model.first, model.second = second * 1.0, first[:, :, :1] + x
    return first - second


def rotated(model: Any, x: Tensor) -> Tensor:
    first, second = model.first[:, :2], model.second[:, 1:]
    model.second = torch.cat([first, x[:, :1]], 1)
    model.first = torch.cat([x[:, 1:2], second], 1)
    return torch.cat([first, second], 1)


class Inner(nn.Module):
    """The same in a module inside the model."""

    def __init__(self, function: Any, **parts: Any) -> None:
        super().__init__()
        self.inner = Function(function, **parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)


def latched(model: Any, x: Tensor) -> Tensor:
    model.peak = torch.maximum(model.peak * 0.95, x.abs())
    return x / (model.peak + 1.0)


def was_positive(model: Any, x: Tensor) -> Tensor:
    y = torch.where(model.before, x, -x)
    model.before = x > 0
    return y


def written_twice(model: Any, x: Tensor) -> Tensor:
    model.first = x * 0.5
    y = model.first + 1
    model.first = y - model.second
    model.second = y.clone()
    return y * model.first


def set_to_a_constant(model: Any, x: Tensor) -> Tensor:
    y = x + model.first
    model.first = torch.full((1, 3, 2), 0.5)
    return y


def begins_elsewhere(model: Any, x: Tensor) -> Tensor:
    y = model.first * x
    model.first = 0.5 * model.first + x
    return y


def zeros() -> Tensor:
    return torch.zeros(FRAME)


def models() -> Mapping[str, nn.Module]:
    torch.manual_seed(3)
    cell = {"input": nn.Linear(6, 8), "back": nn.Linear(8, 8), "out": nn.Linear(8, 3)}
    return {
        "newest_first": window(newest_first),
        "long_newest_first": Function(
            newest_first, buffer=torch.zeros(1, 3, 40), conv=nn.Conv1d(3, 4, 42)
        ),
        "long_window": Function(copied, buffer=torch.zeros(1, 3, 43), conv=nn.Conv1d(3, 4, 43)),
        "long_window_of_words": Function(
            whole_words,
            buffer=torch.zeros(1, 4, 43),
            first=nn.Conv1d(3, 4, 1),
            conv=nn.Conv1d(4, 4, 45),
        ),
        "average": Function(average, mean=zeros()),
        "recurrent": Function(recurrent, hidden=torch.zeros(1, 8), **cell),
        "delayed": Function(delayed, first=zeros(), second=zeros()),
        "swapped": Function(swapped, first=zeros(), second=zeros()),
        "rotated": Function(rotated, first=zeros(), second=zeros()),
        "inner_window": Inner(newest_first, buffer=torch.zeros(1, 3, FRAMES), conv=seeded_conv()),
        "inner_delay": Inner(delayed, first=zeros(), second=zeros()),
        "inner_rotation": Inner(rotated, first=zeros(), second=zeros()),
        "latched": Function(latched, peak=zeros()),
        "was_positive": Function(was_positive, before=torch.zeros(FRAME, dtype=torch.bool)),
        "written_twice": Function(written_twice, first=zeros(), second=zeros()),
        "set_to_a_constant": Function(set_to_a_constant, first=zeros()),
        "begins_elsewhere": Function(begins_elsewhere, first=torch.randn(FRAME)),
    } | WINDOWS


Sample = tuple[Tensor, ...]


def imported(
    model: nn.Module, data: Sequence[Sample], states: States | None = None, example: Any = None
) -> tuple[GraphModule, Graph]:
    """The converted program, and the graph behind all passes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = quantized_program(
            copy.deepcopy(model), example or data[0], data, read_bindings(states)
        )
    graph = import_quantized(program, "model")
    verify(graph)
    return program, run_passes(graph)


def in_a_row(model: nn.Module, data: Sequence[Sample]) -> list[Tensor]:
    """What the float model itself gives, from its initial states on."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        return [model(*(each.clone() for each in sample)) for sample in data]


def converted_in_a_row(program: GraphModule, data: Sequence[Sample]) -> list[np.ndarray]:
    calls = Calls(Interpreter(program))
    with torch.no_grad():
        return [calls.run(*sample)[0].numpy() for sample in data]


def ports(graph: Graph, data: Sequence[Sample]) -> list[list[np.ndarray]]:
    return [
        [to_port(graph, p, t.numpy(), raw=False) for p, t in zip(graph.inputs, sample, strict=True)]
        for sample in data
    ]


def ours_in_a_row(graph: Graph, data: Sequence[Sample]) -> list[np.ndarray]:
    reference = Reference(graph)
    (port,) = graph.outputs
    return [from_port(graph, port, reference.run(s)[0], raw=False) for s in ports(graph, data)]


def frames(count: int = CALLS, shape: tuple[int, ...] = FRAME) -> list[Sample]:
    return calibration((shape,), count)
