"""Random layers of rescale, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.random_data import Rng, pick, shape_of_elements
from .op import DTYPES, Rescale


def any_layer(rng: Rng, name: str) -> Case:
    type_ = TensorType(shape_of_elements(rng), pick(rng, *DTYPES))
    bits = pick(rng, 8, 16, 32)
    op = Rescale(
        input_offset=int(rng.integers(-127, 129)),
        multiplier=int(rng.integers(1 << 30, 1 << 31)),
        shift=max(bits - 8 * type_.element_bytes + int(rng.integers(-3, 4)), -31),
        output_offset=int(rng.integers(-128, 128)),
        output_bits=bits,
    )
    return Case(name, op, {"input": random_data(rng, type_)})


RANDOM_LAYERS = (any_layer,)
