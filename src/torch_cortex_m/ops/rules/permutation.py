"""Permutations of axes, and what is left of them when axes of size 1 do not count.

A permutation ``p`` takes x to x.transpose(p), whose axis i is axis p[i] of x. Axes longer than 1
are the *long* axes. An *order* is a permutation of the long axes alone, counted from 0: two arrays
of the same long axes in the same order have the same bytes, wherever their axes of size 1 are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Axes = tuple[int, ...]
Item = TypeVar("Item")


def permuted(items: Sequence[Item], permutation: Axes) -> tuple[Item, ...]:
    """The items as the axes of x.transpose(permutation) have them."""
    return tuple(items[axis] for axis in permutation)


def compose(first: Axes, second: Axes) -> Axes:
    """x.transpose(first).transpose(second) as one permutation."""
    return permuted(first, second)


def inverse(permutation: Axes) -> Axes:
    return tuple(permutation.index(axis) for axis in range(len(permutation)))


def to_the_end(axis: int, rank: int) -> Axes:
    """The permutation that puts one axis behind all others."""
    return (*(other for other in range(rank) if other != axis), axis)


def identity(rank: int) -> Axes:
    return tuple(range(rank))


def long_axes(shape: Axes) -> Axes:
    """The axes that are longer than 1."""
    return tuple(axis for axis, size in enumerate(shape) if size != 1)


def long_sizes(shape: Axes) -> Axes:
    return tuple(size for size in shape if size != 1)


def order_of(shape: Axes, permutation: Axes) -> Axes:
    """The order that ``permutation`` puts the long axes of ``shape`` in."""
    places = {axis: place for place, axis in enumerate(long_axes(shape))}
    return tuple(places[axis] for axis in permutation if axis in places)


def natural_order(shape: Axes) -> Axes:
    return identity(len(long_axes(shape)))


def permutation_of(shape: Axes, order: Axes) -> Axes:
    """The permutation of ``shape`` that has this order and leaves axes of size 1 in place."""
    axes = long_axes(shape)
    result = list(range(len(shape)))
    for place, axis in enumerate(axes):
        result[axis] = axes[order[place]]
    return tuple(result)


def moves_data(shape: Axes, permutation: Axes) -> bool:
    """Whether transposing an array of this shape changes the order of its bytes."""
    return order_of(shape, permutation) != natural_order(shape)
