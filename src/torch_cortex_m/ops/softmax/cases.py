"""The rows that softmax must compute, everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.exponentials import exponential_scaling
from .op import Softmax


def case(
    name: str, shape: tuple[int, ...], scale: float = 0.1, diff_min: int | None = None
) -> Case:
    """A case with random data for an input of this scale."""
    multiplier, left_shift, smallest = exponential_scaling(scale)
    op = Softmax(multiplier, left_shift, smallest if diff_min is None else diff_min)
    return Case(name, op, {"input": random_int8(generator(f"softmax {name}"), shape), "mask": None})


def data_case(name: str, rows: np.ndarray, scale: float = 0.1) -> Case:
    return Case(
        name, Softmax(*exponential_scaling(scale)), {"input": rows.astype(np.int8), "mask": None}
    )


def masked(name: str, shape: tuple[int, ...], mask: np.ndarray, scale: float = 0.1) -> Case:
    whole = case(name, shape, scale)
    return Case(name, whole.op, {**whole.tensors, "mask": mask.astype(np.bool_)})


def random_mask(name: str, shape: tuple[int, ...]) -> np.ndarray:
    return generator(f"softmax mask {name}").random(shape) < 0.4


EVERY_DIFFERENCE = np.stack([np.full(256, 127), np.arange(-128, 128)], axis=1)
"""Rows of two: the largest value and each other one."""

SPIKE = np.where(np.arange(600) == 77, 127, -128)


def wide(name: str, rows: np.ndarray, scale: float) -> Case:
    """int16 results."""
    narrow = data_case(name, rows, scale)
    return Case(f"{name}_int16", replace(narrow.op, output_bits=16), narrow.tensors)


CASES = [
    wide("every_difference", EVERY_DIFFERENCE, 0.02),
    wide("spike", SPIKE, 0.3),
    wide("equal_255", np.full((1, 255), 5), 0.1),
    wide("equal_4096", np.full((2, 4096), -1), 0.1),
    wide("1_value", np.full((3, 1), -128), 0.1),
    wide("small_scale", EVERY_DIFFERENCE, 1e-9),
    case("10_classes", (1, 10)),
    case("rank_1", (10,)),
    case("rank_4", (1, 3, 4, 5)),
    case("many_rows", (13, 3)),
    case("1_value", (3, 1)),
    case("2_values", (1, 2)),
    *(case(f"scale_{scale:g}", (4, 12), scale) for scale in (1e-9, 1e-3, 0.02, 0.5, 3.0, 1e3)),
    case("diff_min_smaller", (2, 20), 0.1, diff_min=-9),
    case("diff_min_zero", (2, 20), 0.1, diff_min=0),
    case("diff_min_positive", (2, 20), 0.1, diff_min=(1 << 31) - 1),
    case("300_values", (2, 300), 0.01),
    case("1000_values", (1, 1000), 0.05),
    data_case("every_difference", EVERY_DIFFERENCE, 0.02),
    data_case("every_difference_large_scale", EVERY_DIFFERENCE, 0.13),
    data_case("equal", np.full((2, 7), -128)),
    data_case("equal_255", np.full((1, 255), 5)),
    data_case("equal_512", np.full((1, 512), 127)),
    data_case("equal_4096", np.full((1, 4096), -1)),
    data_case("spike", SPIKE, 0.3),
    data_case("ascending", np.arange(-128, 128), 0.03),
    masked("causal", (2, 3, 7, 7), np.triu(np.ones((7, 7)), 1)),
    masked("mask_of_all", (3, 12), random_mask("all", (3, 12))),
    masked("mask_of_a_row", (4, 3, 20), random_mask("row", (20,))),
    masked("of_each_row", (2, 5, 40), random_mask("of_each_row", (2, 5, 40))),
    masked("in_turns", (3, 5, 40), random_mask("in_turns", (5, 40)), 0.02),
    masked("rows_masked", (4, 30), np.eye(4, 1).repeat(30, 1), 1.5),
    masked("nothing_masked", (3, 12), np.zeros((3, 12))),
    masked("everything_masked", (3, 12), np.ones((3, 12))),
    masked("a_row_masked", (3, 12), np.eye(3, 1).repeat(12, 1)),
    masked("one_left", (2, 1000), np.arange(1000) != 700),
    masked("1_value_masked", (2, 1), np.ones((1,)), 3.0),
]
