"""Random layers of table, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, pick, shape_of_elements
from .op import ENTRIES, Table


def any_layer(rng: Rng, name: str) -> Case:
    op = Table(tuple(int8(rng, (ENTRIES,)).tolist()))
    return Case(name, op, {"input": int8(rng, (*shape_of_elements(rng), pick(rng, 1, 20)))})


RANDOM_LAYERS = (any_layer,)
