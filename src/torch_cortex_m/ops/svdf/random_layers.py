"""Random steps of svdf, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_bias, random_data
from ..rules.random_data import Rng, int8, operand_offset, pick, weights
from .op import Svdf


def any_layer(rng: Rng, name: str) -> Case:
    dtype = pick(rng, "int8", "int16")
    batches, features, memory = (int(rng.integers(1, n)) for n in (4, 40, 12))
    rank, units = pick(rng, 1, 1, int(rng.integers(1, 5))), int(rng.integers(1, 12))
    op = Svdf(
        rank=rank,
        input_offset=operand_offset(rng),
        feature_multiplier=int(rng.integers(1 << 30, 1 << 31)),
        feature_shift=int(rng.integers(-12, -4)) + (8 if dtype == "int16" else 0),
        state_zero_point=pick(rng, 0, int(rng.integers(-128, 128))),
        output_multiplier=int(rng.integers(1 << 30, 1 << 31)),
        output_shift=int(rng.integers(-12, -4)) - (16 if dtype == "int16" else 0),
        output_offset=int(rng.integers(-128, 128)),
    )
    tensors = {
        "input": int8(rng, (batches, features)),
        "state": random_data(rng, TensorType((batches, units * rank * memory), dtype)),
        "feature_weight": weights(rng, (units * rank, features)),
        "time_weight": random_data(rng, TensorType((units * rank, memory), dtype)),
        "bias": random_bias(rng, units) if rng.random() < 0.7 else None,
    }
    return Case(name, op, tensors, ("input", "state"))


RANDOM_LAYERS = (any_layer,)
