"""lstm from PyTorch: a layer of one direction (see ops/pytorch/recurrent.py)."""

from __future__ import annotations

from ..integers.arithmetic import quantize_multiplier
from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Recurrence
from ..pytorch.recurrent import LSTM, lstm_states
from ..pytorch.recurrent_lowering import (
    FUNCTION_SCALE,
    gate_operands,
    initial_state,
    layer_fields,
    power_of_two,
)
from .op import GATES

RECURRENCE = Recurrence(
    gates=GATES,
    weights={"input_weight": "bias", "recurrent_weight": ""},
    continued=("hidden", "cell"),
    states=lstm_states,
)

PRODUCT_SCALE = FUNCTION_SCALE**2
"""Of products of two results of sigmoid and tanh."""


def _lower(call: PytorchCall) -> tuple[str, str]:
    hidden, cell = call.parts[0], call.parts[1]
    multiplier, shift = quantize_multiplier(PRODUCT_SCALE / cell.scale)
    output, _, last_cell = call.emit_parts(
        "lstm",
        (
            call.value(),
            initial_state(call, "hidden", hidden),
            initial_state(call, "cell", cell, "int16"),
            *gate_operands(call, RECURRENCE, hidden),
        ),
        (hidden, hidden, cell),
        cell_power=power_of_two(cell),
        cell_multiplier=multiplier,
        cell_shift=shift,
        **layer_fields(call, hidden, PRODUCT_SCALE),
    )
    return output, last_cell


PATTERNS = [Pattern((LSTM,), _lower, recurrence=RECURRENCE)]
