"""The steps that svdf must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_bias, random_data, random_int8
from .op import Svdf

MAXIMUM = (1 << 31) - 1


def case(
    name: str,
    features: int,
    units: int,
    memory: int,
    *,
    batches: int = 1,
    rank: int = 1,
    dtype: str = "int8",
    bias: bool = True,
    **fields: Any,
) -> Case:
    rng = generator(f"svdf {name}")
    spread = 15 if dtype == "int16" else 7
    usual = {
        "input_offset": 128,
        "feature_multiplier": MAXIMUM // 3 * 2,
        "feature_shift": spread - 14 - int(np.log2(features) / 2),
        "output_multiplier": MAXIMUM // 4 * 3,
        "output_shift": -2 * spread + 7 - int(np.log2(rank * memory) / 2),
    }
    filters = units * rank
    tensors = {
        "input": random_int8(rng, (batches, features)),
        "state": random_data(rng, TensorType((batches, filters * memory), dtype)),
        "feature_weight": random_int8(rng, (filters, features)),
        "time_weight": random_data(rng, TensorType((filters, memory), dtype)),
        "bias": random_bias(rng, units) if bias else None,
    }
    return Case(name, Svdf(rank=rank, **(usual | fields)), tensors, ("input", "state"))


CASES = [
    case("keyword", 96, 64, 8),
    case("int16", 40, 16, 10, dtype="int16"),
    case("int16_batches_of_rank_2", 7, 5, 3, batches=2, rank=2, dtype="int16"),
    case("batches", 9, 6, 4, batches=3),
    case("rank_4", 9, 3, 5, rank=4, output_offset=-128),
    case("without_bias", 9, 3, 5, bias=False),
    case("without_bias_int16", 9, 3, 5, bias=False, dtype="int16"),
    case("no_memory", 9, 4, 1),
    case("no_memory_int16", 9, 4, 1, batches=2, dtype="int16"),
    case("1_of_everything", 1, 1, 1),
    case("1_unit_long_memory", 3, 1, 60),
    case("features_wrap", 16, 9, 4, state_zero_point=100, feature_shift=-7),
    case("features_wrap_low", 16, 9, 4, state_zero_point=-128, feature_shift=-7),
    case("state_zero_point", 16, 9, 4, state_zero_point=-50),
    case("saturating", 16, 9, 4, feature_shift=-2, output_shift=-4),
    case("saturating_int16", 16, 9, 4, dtype="int16", feature_shift=3, output_shift=-12),
    case("sums_wrap_int16", 2, 2, 30, rank=3, dtype="int16", output_shift=-20),
    case("left_shifts", 3, 4, 2, feature_multiplier=1 << 30, feature_shift=2, output_shift=1),
    case("input_offset_low", 16, 9, 4, input_offset=-127, output_offset=127),
    case("multipliers_of_zero", 8, 3, 2, feature_multiplier=0, output_multiplier=0),
]
