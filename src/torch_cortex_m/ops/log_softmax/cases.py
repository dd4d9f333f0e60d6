"""The rows that log_softmax must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Quantization
from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import LogSoftmax, scaling


def case(
    name: str,
    shape: tuple[int, ...],
    scale: float = 0.1,
    output: tuple[float, int] = (1 / 16, 127),
    values: np.ndarray | None = None,
    **fields: Any,
) -> Case:
    data = random_int8(generator(f"log_softmax {name}"), shape) if values is None else values
    known: dict[str, Any] = scaling(Quantization(scale, 3), Quantization(*output))
    op = LogSoftmax(**{**known, **fields})
    return Case(name, op, {"input": data.astype(np.int8).reshape(shape)})


CASES = [
    case("10_classes", (3, 10)),
    case("rank_1", (10,)),
    case("rank_4", (1, 3, 4, 5)),
    case("1_value", (3, 1)),
    case("2_values", (20, 2), 0.02, (0.003, 100)),
    *(case(f"scale_{scale:g}", (4, 12), scale) for scale in (1e-9, 1e-3, 0.02, 0.5, 3.0, 1e3)),
    case("fine_output", (4, 12), 0.02, (1e-3, 127)),
    case("coarse_output", (4, 12), 0.1, (30.0, 127)),
    case("1000_values", (1, 1000), 0.05),
    case("equal", (2, 7), values=np.full(14, -128)),
    case("equal_4096", (1, 4096), values=np.full(4096, 5)),
    case("equal_8191", (1, 8191), values=np.full(8191, 127)),
    case("spike", (1, 600), 0.3, values=np.where(np.arange(600) == 77, 127, -128)),
    case("clamped", (3, 10), activation_min=0, activation_max=90),
]
