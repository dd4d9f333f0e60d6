"""Random layers of batch_matmul, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, output_range, pick
from ..rules.wide_cases import widened
from .op import BatchMatmul


def _layer(rng: Rng, name: str, batches: tuple[int, ...], rows: int, depth: int, columns: int):
    repeated = tuple(pick(rng, size, size, 1) for size in batches)
    leading = pick(rng, (batches, batches), (batches, repeated), (repeated, batches), (batches, ()))
    transpose_input, transpose_other = (bool(value) for value in rng.integers(0, 2, 2))
    op = BatchMatmul(
        transpose_input=transpose_input,
        transpose_other=transpose_other,
        input_offset=int(rng.integers(-127, 129)),
        other_offset=int(rng.integers(-127, 129)),
        multiplier=int(rng.integers(1 << 30, 1 << 31)),
        shift=pick(rng, int(rng.integers(-31, 31)), *(int(v) for v in rng.integers(-11, -4, 4))),
        **output_range(rng),
    )
    left = (depth, rows) if transpose_input else (rows, depth)
    right = (columns, depth) if transpose_other else (depth, columns)
    tensors = {"input": int8(rng, (*leading[0], *left)), "other": int8(rng, (*leading[1], *right))}
    return Case(name, op, dict(tensors), ("input", "other"))


def any_layer(rng: Rng, name: str) -> Case:
    batches = tuple(int(value) for value in rng.integers(1, 4, int(rng.integers(0, 4))))
    rows, depth, columns = (int(value) for value in rng.integers(1, 14, 3))
    return _layer(rng, name, batches, rows, depth, columns)


def head(rng: Rng, name: str) -> Case:
    """As in attention: few batches, larger matrices."""
    batches = pick(rng, (), (int(rng.integers(1, 4)),))
    rows, columns = (int(value) for value in rng.integers(1, 30, 2))
    return _layer(rng, name, batches, rows, pick(rng, 8, 16, 32, 64, 19), columns)


def wide_layer(rng: Rng, name: str) -> Case:
    shift = pick(rng, int(rng.integers(-31, 8)), *(int(v) for v in rng.integers(-19, -12, 4)))
    return widened(pick(rng, any_layer, head)(rng, name), shift=shift)


RANDOM_LAYERS = (any_layer, head, wide_layer)
