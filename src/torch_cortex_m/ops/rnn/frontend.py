"""rnn from PyTorch: a layer of one direction (see ops/pytorch/recurrent.py)."""

from __future__ import annotations

from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Recurrence
from ..pytorch.recurrent import RNN, rnn_states
from ..pytorch.recurrent_lowering import (
    FUNCTION_SCALE,
    GATE_SCALE,
    gate_operands,
    initial_state,
    layer_fields,
)

RECURRENCE = Recurrence(
    gates=1,
    weights={"input_weight": "bias", "recurrent_weight": ""},
    continued=("hidden",),
    states=rnn_states,
)

RELU_STEPS = 2.0**7
"""Steps of a sum in one of the hidden values: all 255 of these are within int16."""


def _lower(call: PytorchCall) -> str:
    """The sums for relu are in fractions of the hidden values' steps."""
    relu, hidden = call.arguments["relu"], call.output
    sum_scale = hidden.scale / RELU_STEPS if relu else GATE_SCALE
    return call.emit(
        "rnn",
        (
            call.value(),
            initial_state(call, "hidden", hidden),
            *gate_operands(call, RECURRENCE, hidden, sum_scale),
        ),
        relu=relu,
        **layer_fields(call, hidden, sum_scale if relu else FUNCTION_SCALE),
    )


PATTERNS = [Pattern((RNN,), _lower, recurrence=RECURRENCE)]
