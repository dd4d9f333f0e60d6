"""Random layers of pair_table, for tests of every kernel."""

from __future__ import annotations

from dataclasses import replace

from ..base import Case
from ..integers.tables import VALUES
from ..rules.broadcast_cases import random_operands
from ..rules.random_data import Rng, int8, pick
from .op import PairTable


def any_layer(rng: Rng, name: str) -> Case:
    rows, columns = pick(rng, (1, 256), (256, 3), (40, 80), (9, 9))
    places = {
        each: rng.integers(count, size=VALUES.size).astype("uint8")
        for each, count in (("rows", rows), ("columns", columns))
    }
    drawn = random_operands(rng, name, PairTable())
    return replace(drawn, tensors={**drawn.tensors, "table": int8(rng, (rows, columns)), **places})


RANDOM_LAYERS = (any_layer,)
