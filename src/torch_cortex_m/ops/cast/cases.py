"""What cast must convert, everywhere: from each type to each, ends among the elements."""

from __future__ import annotations

import numpy as np

from ...ir import INT32, TensorType, limits
from ..base import Case
from ..rules.case_data import generator, random_data
from ..rules.integer_types import OUTPUTS
from .op import Cast

SOURCES = ("bool", "int8", "int16", "int32")


def case(source: str, output_bytes: int, shape: tuple[int, ...]) -> Case:
    name = f"{source}_{output_bytes}_rank_{len(shape)}"
    data = random_data(generator(f"cast {name}"), TensorType(shape, source))
    return Case(name, Cast(output_bytes), {"input": data})


def ends(source: str, output_bytes: int) -> Case:
    low, high = limits(source)
    values = [*limits("int8"), *limits("int16"), *INT32, 0, -1, 1, 128, -129, 32768, -32769]
    data = np.array([value for value in values if low <= value <= high], source)
    return Case(f"{source}_{output_bytes}_ends", Cast(output_bytes), {"input": data})


CASES = [
    *(
        case(source, output_bytes, shape)
        for source in SOURCES
        for output_bytes in OUTPUTS
        for shape in ((), (3, 7))
    ),
    *(ends(source, output_bytes) for source in SOURCES[1:] for output_bytes in OUTPUTS),
    case("int32", 2, (1, 2, 1, 3, 2, 2)),
]
