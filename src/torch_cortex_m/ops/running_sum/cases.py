"""The values that running_sum must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import TensorType, limits
from ..base import Case
from ..rules.case_data import generator, random_data, random_int8
from .op import RunningSum


def case(name: str, shape: tuple[int, int, int]) -> Case:
    """Sums of the whole type, its ends among them."""
    rng = generator(f"running_sum {name}")
    sums = random_data(rng, TensorType((shape[0], shape[2]), "int32"))
    sums.reshape(-1)[:2] = limits("int32")[: sums.size]
    tensors = {"sums": sums, "newest": random_int8(rng, shape), "oldest": random_int8(rng, shape)}
    return Case(name, RunningSum(), tensors, ("sums", "newest", "oldest"))


def additions(name: str, shape: tuple[int, ...]) -> Case:
    """Nothing leaves the sums."""
    rng = generator(f"running_sum {name}")
    sums = random_data(rng, TensorType((shape[0], shape[-1]), "int32"))
    tensors = {"sums": sums, "newest": random_int8(rng, shape), "oldest": None}
    return Case(name, RunningSum(), tensors, ("sums", "newest"))


def largest_change(name: str, shape: tuple[int, int, int]) -> Case:
    newest, oldest = np.full(shape, 127, np.int8), np.full(shape, -128, np.int8)
    sums = np.arange(-1, shape[2] - 1, dtype=np.int32)[None]
    tensors = {"sums": sums, "newest": newest, "oldest": oldest}
    return Case(name, RunningSum(), tensors, ("sums", "newest", "oldest"))


def largest_decrease(name: str, shape: tuple[int, int, int]) -> Case:
    case = largest_change(name, shape)
    newest, oldest = case.tensors["oldest"], case.tensors["newest"]
    tensors = {"sums": case.tensors["sums"], "newest": newest, "oldest": oldest}
    return Case(name, RunningSum(), tensors, ("sums", "newest", "oldest"))


def least_additions(name: str, shape: tuple[int, int, int]) -> Case:
    case = largest_decrease(name, shape)
    return Case(name, RunningSum(), {**case.tensors, "oldest": None}, ("sums", "newest"))


CASES = [
    case("single", (1, 1, 1)),
    case("channels", (1, 5, 64)),
    case("odd_channels", (1, 3, 7)),
    case("no_inner", (4, 6, 1)),
    case("blocks", (3, 2, 5)),
    case("many", (1, 700, 20)),
    additions("additions", (1, 600, 8)),
    additions("additions_to_odd_channels", (2, 5, 27)),
    additions("additions_to_few_channels", (1, 9, 3)),
    additions("additions_of_an_image", (2, 3, 5, 16)),
    additions("additions_to_words", (2, 6, 8)),
    case("blocks_of_words", (2, 3, 8)),
    largest_change("largest_change", (1, 9, 3)),
    largest_change("most_positions", (1, 127, 4)),
    largest_change("too_many_positions", (1, 129, 4)),
    largest_decrease("largest_decrease", (1, 127, 8)),
    least_additions("least_additions", (1, 127, 8)),
]
