"""The sequences that gru must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from ..rules.recurrent_data import Shape
from .layers import layer

LARGEST = (1 << 31) - 1


def case(
    name: str, shape: Shape, units: int, *, sums: tuple[int, int] = (1 << 30, 0), **fields: Any
) -> Case:
    """``shape``: (batches, steps, features). ``sums``: multiplier and shift of the gates beyond
    those that spread them over all of sigmoid and tanh."""
    return layer(generator(f"gru {name}"), name, shape, units, sums, **fields)


def from_state(name: str, values: np.ndarray, **fields: Any) -> Case:
    """A case that begins with these values, [B, S]."""
    batches, units = values.shape
    usual = case(name, (batches, 3, 5), units, **fields)
    states = {"initial_state": values.astype(np.int16)}
    return Case(name, usual.op, {**usual.tensors, **states}, usual.activations)


def biased(name: str, argument: str, value: int, **fields: Any) -> Case:
    """A case whose gates are all held at one end by their biases."""
    usual = case(name, (1, 4, 6), 5, **fields)
    biases = {argument: np.full(15, value, np.int32)}
    return Case(name, usual.op, {**usual.tensors, **biases}, usual.activations)


EVERYWHERE = np.linspace(-32768, 32767, 200).round().reshape(1, 200)

CASES = [
    case("plain", (1, 6, 10), 8),
    case("batches", (3, 4, 7), 5),
    case("time_major", (3, 4, 7), 5, time_major=True),
    case("time_major_1_step", (2, 1, 7), 5, time_major=True),
    case("1_step", (1, 1, 33), 17),
    case("1_of_everything", (1, 1, 1), 1),
    case("1_unit", (2, 5, 3), 1),
    case("long", (1, 40, 4), 3),
    case("zero_points", (1, 5, 6), 4, input_offset=128, hidden_zero_point=-128),
    case("other_zero_points", (1, 5, 6), 4, input_offset=-127, hidden_zero_point=127),
    case("gates_saturate", (1, 4, 6), 5, sums=(LARGEST, 5)),
    case("gates_are_small", (1, 4, 6), 5, sums=(LARGEST, -6)),
    case("gates_are_zero", (1, 4, 6), 5, sums=(0, 0)),
    *(case(f"state_power_{power}", (1, 6, 6), 5, state_power=power)
      for power in (-14, -12, -7, -1, 0)),
    *(from_state(f"every_state_{power}", EVERYWHERE, state_power=power) for power in (-15, -9, 0)),
    from_state("lowest", np.full((2, 6), -32768)),
    from_state("highest", np.full((2, 6), 32767)),
    *(biased(f"{argument}_{value}", argument, value)
      for argument in ("bias", "recurrent_bias") for value in (-(1 << 30), 1 << 30)),
    case("hidden_saturates", (1, 5, 6), 4, hidden_multiplier=LARGEST, hidden_shift=-4),
    case("hidden_multiplier_odd", (1, 5, 6), 4, hidden_multiplier=1508742446, hidden_shift=-6),
]  # fmt: skip
