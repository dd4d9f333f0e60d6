"""Recurrent layers in float, one direction each: what programs have between capture and graph.

``torch.ops.tcm_recurrent.lstm``, ``gru`` and ``rnn`` are layers of S units over sequences [B, T, I]
where ``batch_first``, else [T, B, I], as torch.nn defines them; states are [B, S]. The hidden
values of each step go into the next one as ``scale`` and ``zero_point`` say, where there is a
scale: so a program behaves as its integers will.

``narrow`` is the identity: its result is int8, whatever its argument is. ``paired`` gives its first
argument and reads the second, a layer's other result that nothing else does, so that its range is
seen, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ...ir import INT8

LIBRARY = torch.library.Library("tcm_recurrent", "DEF")

LAYER = "*, bool batch_first=False, float scale=0., int zero_point=0"
WEIGHTS = "Tensor input_weight, Tensor recurrent_weight, Tensor bias"

for _schema in (
    f"lstm(Tensor input, Tensor hidden, Tensor cell, {WEIGHTS}, {LAYER}) -> (Tensor, Tensor)",
    f"gru(Tensor input, Tensor hidden, {WEIGHTS}, Tensor recurrent_bias, {LAYER})"
    " -> (Tensor, Tensor)",
    f"rnn(Tensor input, Tensor hidden, {WEIGHTS}, {LAYER}, bool relu=False) -> Tensor",
    "narrow(Tensor input) -> Tensor",
    "paired(Tensor input, Tensor other) -> Tensor",
):
    LIBRARY.define(_schema)

layers = torch.ops.tcm_recurrent
LSTM, GRU, RNN = layers.lstm.default, layers.gru.default, layers.rnn.default
NARROW, PAIRED = layers.narrow.default, layers.paired.default

States = tuple[Tensor, ...]
Step = Callable[[Tensor, States], States]
"""(sums of a step's input, states) -> states behind it, the hidden values first."""


def lstm_states(
    input: Tensor,
    hidden: Tensor,
    cell: Tensor,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    *,
    batch_first: bool = False,
    scale: float = 0.0,
    zero_point: int = 0,
) -> States:
    """Hidden values and cells [T + 1, B, S], those from before the first step in front."""

    def step(given: Tensor, states: States) -> States:
        hidden, cell = states
        sums = given + _rounded(hidden, scale, zero_point) @ recurrent_weight.T
        i, f, g, o = sums.chunk(4, -1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(cell), cell

    given = _input_sums(input, input_weight, bias, batch_first)
    return _all_states(given, (hidden, cell), step)


def gru_states(
    input: Tensor,
    hidden: Tensor,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    recurrent_bias: Tensor,
    *,
    batch_first: bool = False,
    scale: float = 0.0,
    zero_point: int = 0,
) -> States:
    """Hidden values [T + 1, B, S], twice: as the output and as the state."""

    def step(given: Tensor, states: States) -> States:
        (hidden,) = states
        rounded = _rounded(hidden, scale, zero_point)
        sums = rounded @ recurrent_weight.T + recurrent_bias
        (i_r, i_z, i_n), (h_r, h_z, h_n) = given.chunk(3, -1), sums.chunk(3, -1)
        r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
        n = torch.tanh(i_n + r * h_n)
        return (n + z * (hidden - n),)

    given = _input_sums(input, input_weight, bias, batch_first)
    return _all_states(given, (hidden,), step) * 2


def rnn_states(
    input: Tensor,
    hidden: Tensor,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    *,
    batch_first: bool = False,
    scale: float = 0.0,
    zero_point: int = 0,
    relu: bool = False,
) -> States:
    """Hidden values [T + 1, B, S]."""

    def step(given: Tensor, states: States) -> States:
        sums = given + _rounded(states[0], scale, zero_point) @ recurrent_weight.T
        return (torch.relu(sums) if relu else torch.tanh(sums),)

    given = _input_sums(input, input_weight, bias, batch_first)
    return _all_states(given, (hidden,), step)


def _input_sums(input: Tensor, weight: Tensor, bias: Tensor, batch_first: bool) -> Tensor:
    """Of all steps: [T, B, gates * S]."""
    steps = input.transpose(0, 1) if batch_first else input
    return torch.nn.functional.linear(steps, weight, bias)


def _rounded(hidden: Tensor, scale: float, zero_point: int) -> Tensor:
    """The real values of the int8 that stand for hidden values."""
    if not scale:
        return hidden
    return torch.fake_quantize_per_tensor_affine(hidden, scale, zero_point, *INT8)


def _all_states(given: Tensor, states: States, step: Step) -> States:
    """[T + 1, B, S] of each state."""
    found = [states]
    for sums in given:
        found.append(step(sums, found[-1]))
    return tuple(torch.stack(each) for each in zip(*found, strict=True))


def _output(hidden: Tensor, batch_first: bool) -> Tensor:
    """Behind each step, in the input's layout."""
    return (hidden[1:].transpose(0, 1) if batch_first else hidden[1:]).contiguous()


def _run(states: Callable[..., States]) -> Callable[..., Any]:
    """The layer: its output, then, if it has one more state, that behind all steps."""

    def run(*tensors: Tensor, batch_first: bool = False, **named: Any) -> Tensor | States:
        hidden, *others = states(*tensors, batch_first=batch_first, **named)
        output = _output(hidden, batch_first)
        return (output, *(state[-1].clone() for state in others)) if others else output

    return run


def _shapes(several: bool) -> Callable[..., Any]:
    """The results' shapes and types alone."""

    def shapes(input: Tensor, hidden: Tensor, *others: Tensor, **named: Any) -> Tensor | States:
        output = input.new_empty((*input.shape[:2], hidden.shape[1]))
        return (output, torch.empty_like(hidden)) if several else output

    return shapes


def _first(first: Tensor, *others: Tensor) -> Tensor:
    return first.clone()


def _define(name: str, run: Callable[..., Any], shapes: Callable[..., Any]) -> None:
    LIBRARY.impl(name, run, "CompositeExplicitAutograd")
    torch.library.register_fake(f"tcm_recurrent::{name}", shapes, lib=LIBRARY)


_define("lstm", _run(lstm_states), _shapes(several=True))
_define("gru", _run(gru_states), _shapes(several=True))
_define("rnn", _run(rnn_states), _shapes(several=False))
_define("narrow", _first, _first)
_define("paired", _first, _first)
