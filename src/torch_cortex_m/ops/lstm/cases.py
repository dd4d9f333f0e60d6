"""The sequences that lstm must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from .layers import layer, widened

LARGEST = (1 << 31) - 1


def case(
    name: str,
    shape: tuple[int, int, int],
    units: int,
    *,
    sums: tuple[int, int] = (1 << 30, 0),
    **fields: Any,
) -> Case:
    """``shape``: (batches, steps, features). ``sums``: multiplier and shift of the gates beyond
    those that spread them over all of sigmoid and tanh."""
    return layer(generator(f"lstm {name}"), name, shape, units, sums, **fields)


def from_states(name: str, cell: int, **fields: Any) -> Case:
    """A case that begins with the same value in every cell."""
    usual = case(name, (2, 3, 5), 6, **fields)
    cells = np.full((2, 6), cell, np.int16)
    return Case(name, usual.op, {**usual.tensors, "initial_cell": cells}, usual.activations)


def sweep(name: str, **fields: Any) -> Case:
    """One step from cells over the whole range, so that tanh meets each of its pieces."""
    usual = case(name, (1, 1, 2), 200, **fields)
    cells = np.linspace(-32768, 32767, 200).round().astype(np.int16).reshape(1, 200)
    return Case(name, usual.op, {**usual.tensors, "initial_cell": cells}, usual.activations)


NARROW = [
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
    *(case(f"cell_power_{power}", (1, 6, 6), 5, cell_power=power)
      for power in (-30, -16, -15, -13, -12, -9, -1, 0)),
    *(sweep(f"every_cell_{power}", cell_power=power) for power in (-15, -12, -11, -9)),
    *(case(f"clip_{clip}", (1, 8, 6), 5, cell_clip=clip) for clip in (0, 1, 3000, 32767)),
    from_states("cells_lowest", -32768),
    from_states("cells_lowest_clipped", -32768, cell_clip=32767),
    from_states("cells_highest", 32767),
    case("hidden_saturates", (1, 5, 6), 4, hidden_multiplier=LARGEST, hidden_shift=-18),
    case("cell_multiplier_odd", (1, 5, 6), 4, cell_multiplier=1508742446, cell_shift=-16),
]  # fmt: skip

OF_INT8_ALONE = ("zero_points", "other_zero_points", "long", "time_major_1_step", "cell_power")
"""Beginnings of the names of cases whose like in int16 says nothing that others do not."""

WIDE = [each for each in NARROW if not each.name.startswith(OF_INT8_ALONE)]

CASES = [*NARROW, *(widened(generator(f"lstm {each.name} int16"), each) for each in WIDE)]
