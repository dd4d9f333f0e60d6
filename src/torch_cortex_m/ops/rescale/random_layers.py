"""Random layers of rescale, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType, limits
from ..base import Case
from ..rules.case_data import random_data
from ..rules.integer_types import OUTPUTS
from ..rules.random_data import Rng, pick, shape_of_elements
from .op import Rescale


def any_layer(rng: Rng, name: str) -> Case:
    source, output_bytes = pick(rng, *OUTPUTS.values()), pick(rng, *OUTPUTS)
    op = Rescale(
        output_bytes=output_bytes,
        input_offset=-_any(rng, "int16"),
        multiplier=int(rng.integers(1 << 30, 1 << 31)),
        shift=int(rng.integers(-20, 12)),
        output_offset=_any(rng, pick(rng, "int8", OUTPUTS[output_bytes])),
    )
    data = random_data(rng, TensorType(shape_of_elements(rng), source))
    return Case(name, op, {"input": data})


def _any(rng: Rng, dtype: str) -> int:
    return int(rng.integers(*limits(dtype), endpoint=True))


RANDOM_LAYERS = (any_layer,)
