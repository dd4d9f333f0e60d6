"""The products of matrices that batch_matmul must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT16
from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.wide_cases import widened
from .op import BatchMatmul

Shape = tuple[int, ...]

LARGEST = (1 << 31) - 1
USUAL: dict[str, Any] = {
    "input_offset": 7,
    "other_offset": -4,
    "output_offset": -3,
    "multiplier": 1400000000,
    "shift": -8,
}


def case(name: str, input: Shape, other: Shape, **fields: Any) -> Case:
    """A case with random data."""
    rng = generator(f"batch_matmul {name}")
    tensors = {"input": random_int8(rng, input), "other": random_int8(rng, other)}
    return Case(name, BatchMatmul(**{**USUAL, **fields}), dict(tensors), ("input", "other"))


def constant(name: str, value: int, other: int, depth: int, **fields: Any) -> Case:
    """Matrices of one value each, for the largest sums."""
    op = BatchMatmul(**{**USUAL, "shift": -25, **fields})
    tensors = {
        "input": np.full((2, depth), value, np.int8),
        "other": np.full((depth, 3), other, np.int8),
    }
    return Case(name, op, dict(tensors), ("input", "other"))


def of_int16(name: str, value: int, other: int) -> Case:
    """Matrices of one value each and the largest depth."""
    op = BatchMatmul(
        multiplier=LARGEST, shift=-30, activation_min=INT16.low, activation_max=INT16.high
    )
    tensors = {
        "input": np.full((1, 32768), value, np.int16),
        "other": np.full((32768, 2), other, np.int16),
    }
    return Case(f"int16_{name}", op, dict(tensors), ("input", "other"))


def with_constant(name: str, input: Shape, other: Shape, given: str) -> Case:
    whole = case(name, input, other)
    return Case(name, whole.op, whole.tensors, (given,))


def transposed(name: str, input: Shape, other: Shape) -> list[Case]:
    """The same product with either and both operands transposed."""

    def swapped(shape: Shape) -> Shape:
        return (*shape[:-2], shape[-1], shape[-2])

    return [
        case(f"{name}_input", swapped(input), other, transpose_input=True),
        case(f"{name}_other", input, swapped(other), transpose_other=True),
        case(
            f"{name}_both",
            swapped(input),
            swapped(other),
            transpose_input=True,
            transpose_other=True,
        ),
    ]


CASES = [
    case("plain", (5, 12), (12, 7)),
    case("1_element", (1, 1), (1, 1)),
    case("outer_product", (6, 1), (1, 9)),
    case("inner_product", (1, 50), (50, 1)),
    case("row", (1, 33), (33, 18)),
    case("column", (17, 20), (20, 1)),
    case("batches", (3, 4, 16), (3, 16, 5)),
    case("heads", (1, 2, 9, 8), (1, 2, 8, 9), shift=-7),
    case("rank_6", (2, 1, 3, 2, 3, 5), (2, 1, 3, 2, 5, 4), shift=-7),
    case("batches_broadcast", (2, 1, 3, 1, 3, 5), (1, 4, 3, 2, 5, 2), shift=-7),
    case("other_without_batches", (2, 3, 4, 6), (6, 5), shift=-7),
    case("input_without_batches", (4, 6), (2, 3, 6, 5), shift=-7),
    case("other_of_one_batch", (4, 3, 6), (1, 6, 5), shift=-7),
    case("input_of_one_batch", (1, 3, 6), (4, 6, 5), shift=-7),
    *transposed("transposed", (6, 19), (19, 11)),
    *transposed("batches_transposed", (3, 5, 32), (3, 32, 7)),
    *transposed("broadcast_transposed", (2, 1, 4, 9), (3, 9, 5)),
    case("depth_31", (4, 31), (31, 6)),
    case("depth_33", (4, 33), (33, 6)),
    case("deep", (3, 300), (300, 5), shift=-10),
    with_constant("constant_other", (2, 5, 12), (12, 7), "input"),
    with_constant("constant_input", (5, 12), (2, 12, 7), "other"),
    case("saturating", (6, 40), (40, 6), multiplier=LARGEST, shift=8),
    case("left_shift_30", (6, 40), (40, 6), shift=30),
    case("shift_31", (6, 40), (40, 6), multiplier=LARGEST, shift=-31),
    case("multiplier_zero", (6, 40), (40, 6), multiplier=0, shift=0),
    case("multiplier_negative", (6, 40), (40, 6), multiplier=-(3 << 29)),
    case("activation_narrow", (6, 40), (40, 6), activation_min=-10, activation_max=20),
    case("offsets_low", (6, 40), (40, 6), input_offset=128, other_offset=128, output_offset=-128),
    case("offsets_high", (6, 40), (40, 6), input_offset=-127, other_offset=-127, output_offset=127),
    constant("largest_sum", 127, 127, 32768, input_offset=128, other_offset=128),
    constant("smallest_sum", 127, -128, 32768, input_offset=128, other_offset=-127),
    constant("largest_depth_transposed", -128, -128, 4000, input_offset=-127, other_offset=-127),
]

WIDE = ("plain", "inner_product", "rank_6", "batches_broadcast", "other_without_batches",
        "transposed_input", "transposed_other", "broadcast_transposed_both", "constant_other",
        "multiplier_zero")  # fmt: skip
CASES += [widened(each, shift=-16) for each in CASES if each.name in WIDE]
CASES += [
    widened(case("saturating", (6, 40), (40, 6)), multiplier=LARGEST, shift=7),
    widened(case("shift_31", (6, 40), (40, 6)), multiplier=LARGEST, shift=-31),
    widened(case("clamped", (6, 40), (40, 6)), shift=-17, activation_min=-99, activation_max=9999),
    of_int16("largest_sum", -32768, -32768),
    of_int16("least_sum", -32768, 32767),
]
