"""gru from PyTorch: a layer of one direction (see ops/pytorch/recurrent.py)."""

from __future__ import annotations

from ..pytorch.call import PytorchCall
from ..pytorch.pattern import Pattern, Recurrence
from ..pytorch.recurrent import GRU, gru_states
from ..pytorch.recurrent_lowering import (
    gate_operands,
    initial_state,
    layer_fields,
    power_of_two,
)

RECURRENCE = Recurrence(
    gates=3,
    weights={"input_weight": "bias", "recurrent_weight": "recurrent_bias"},
    continued=("", "hidden"),
    states=gru_states,
)


def _lower(call: PytorchCall) -> tuple[str, ...]:
    hidden, state = call.parts[0], call.parts[1]
    return call.emit_parts(
        "gru",
        (
            call.value(),
            initial_state(call, "hidden", state, "int16"),
            *gate_operands(call, RECURRENCE, hidden),
        ),
        (hidden, state),
        state_power=power_of_two(state),
        **layer_fields(call, hidden, state.scale),
    )


PATTERNS = [Pattern((GRU,), _lower, recurrence=RECURRENCE)]
