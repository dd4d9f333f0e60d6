"""Random layers of compare, for tests of every kernel."""

from __future__ import annotations

from dataclasses import replace

from ...ir import DTYPES as TYPES
from ..base import Case
from ..rules.broadcast_cases import random_operands
from ..rules.random_data import Rng, pick
from .op import DTYPES, Compare


def any_layer(rng: Rng, name: str) -> Case:
    op = Compare(less=bool(rng.random() < 0.5), negated=bool(rng.random() < 0.5))
    case, storage = random_operands(rng, name, op), TYPES[pick(rng, *DTYPES)].storage
    data = {n: None if d is None else (d // 64).astype(storage) for n, d in case.tensors.items()}
    return replace(case, tensors=data)


RANDOM_LAYERS = (any_layer,)
