"""Data movement as a map of places, and the operators that do it.

The *places* of a movement are an array of its result's shape: which element of the input, counted
in row-major order, each element of the result is, or FILLED. Whatever an operator of a framework is
called, what it does to the numbers 0, 1, 2, ... says where everything goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import gcd, prod
from typing import Any

import numpy as np

from ...errors import TcmError
from ...ir import TensorType
from ..integers.bounds import Array
from .checks import MAX_RANK
from .permutation import identity

Shape = tuple[int, ...]

FILLED = -1
"""The place of an element that comes from nowhere: it is the quantized zero."""

MOST_ELEMENTS = 1 << 24
"""Of what is moved."""

MOST_INDICES = 1 << 16
"""Of one gather, which are stored."""


@dataclass(frozen=True)
class Step:
    """An operator that moves data, with its fields; ``indices`` is a gather's second argument."""

    operator: str
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    indices: Array | None = None


def all_places(shape: Shape) -> Array:
    """The places of the movement that leaves everything as it is."""
    check_size(shape)
    return np.arange(prod(shape)).reshape(shape)


def check_size(shape: Shape) -> None:
    """Raises TcmError if more is to be moved than a microcontroller holds."""
    if prod(shape) > MOST_ELEMENTS:
        raise TcmError(
            "what is to be moved is too large for a microcontroller",
            expected=f"at most {MOST_ELEMENTS} elements",
            got=f"shape {shape}",
        )


def movement(places: Array, type_: TensorType) -> list[Step]:
    """The operators that move a value of this type; its zero point stands at FILLED places.

    Raises TcmError if that needs more indices than anybody would store.
    """
    steps = None if (places == FILLED).any() else by_axis(places, type_)
    if steps is not None:
        return steps
    zero = 0 if type_.quantization is None else type_.quantization.zero_point
    return list(_element_by_element(places, type_.shape, zero))


def _reshaped(shape: Shape, wanted: Shape) -> list[Step]:
    return [] if shape == wanted else [Step("reshape", {"shape": wanted})]


def by_axis(places: Array, type_: TensorType) -> list[Step] | None:
    """Indices of each dimension, then the dimensions in another order, then repetitions; None if
    that is not all there is to it, or if a dimension has too many indices. Only int8 has operators
    that change the order."""
    shape = type_.shape
    if np.array_equal(places.reshape(-1), np.arange(type_.elements)):
        return _reshaped(shape, places.shape)
    coordinates = np.unravel_index(places, shape) if shape else ()
    sources = [_axes_that_matter(each) for each in coordinates]
    used = [axis for axes in sources for axis in axes]
    if len(set(used)) != len(used) or max(len(shape), places.ndim) > MAX_RANK:
        return None
    indices = [_along(each, axes) for each, axes in zip(coordinates, sources, strict=True)]
    steps = _indexed(shape, indices)
    if any(step.indices is not None and len(step.indices) > MOST_INDICES for step in steps):
        return None
    split = tuple(places.shape[axis] for axis in used)
    steps += _reshaped(tuple(len(each) for each in indices), split)
    order = tuple(int(place) for place in np.argsort(used))
    if order != identity(len(used)):
        if type_.dtype != "int8":
            return None
        steps.append(Step("transpose", {"permutation": order}))
    repeated = tuple(size if axis in used else 1 for axis, size in enumerate(places.shape))
    steps += _reshaped(tuple(split[place] for place in order), repeated)
    return steps + _repeated(repeated, places.shape)


def _axes_that_matter(coordinate: Array) -> tuple[int, ...]:
    """The axes along which a coordinate changes."""
    return tuple(
        axis
        for axis in range(coordinate.ndim)
        if (coordinate != np.take(coordinate, [0], axis)).any()
    )


def _along(coordinate: Array, axes: tuple[int, ...]) -> Array:
    """The coordinate for all indices of these axes, on which alone it depends."""
    first = tuple(slice(None) if axis in axes else 0 for axis in range(coordinate.ndim))
    return coordinate[first].reshape(-1)


def _indexed(shape: Shape, indices: list[Array]) -> list[Step]:
    """One slice for all dimensions of which it can take these indices, then the gathers."""
    steps = [_distance(each) for each in indices]
    whole = [(0, size, 1) for size in shape]
    taken = [
        whole[axis] if step is None else (int(indices[axis][0]), len(indices[axis]), step)
        for axis, step in enumerate(steps)
    ]
    result: list[Step] = []
    if taken != whole:
        begin, size, step = zip(*taken, strict=True)
        result.append(Step("slice", {"begin": begin, "size": size, "step": step}))
    for axis, step in enumerate(steps):
        if step is None:
            result.append(Step("gather", {"axis": axis}, indices[axis].astype(np.int32)))
    return result


def _distance(indices: Array) -> int | None:
    """What all neighbours differ by; None if that is not one number."""
    distances = np.unique(np.diff(indices)).tolist()
    return None if len(distances) > 1 else int((distances or [1])[0])


def _repeated(shape: Shape, wanted: Shape) -> list[Step]:
    if shape == wanted:
        return []
    step = tuple(int(size == whole) for size, whole in zip(shape, wanted, strict=True))
    return [Step("slice", {"begin": (0,) * len(shape), "size": wanted, "step": step})]


def _element_by_element(places: Array, shape: Shape, zero: int) -> Iterator[Step]:
    """A gather of the longest runs of elements that stay together."""
    flat, count = places.reshape(-1), prod(shape)
    if (flat == FILLED).any():
        yield from _reshaped(shape, (count,))
        yield Step("pad", {"padding": (0, 1), "value": zero})
        shape, flat, count = (count + 1,), np.where(flat == FILLED, count, flat), count + 1
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat) != 1) + 1])
    run = gcd(count, len(flat), *starts.tolist(), *flat[starts].tolist())
    indices = flat[::run] // run
    if len(indices) > MOST_INDICES:
        raise TcmError(
            "the data is moved in a way that would need a long table",
            expected=f"at most {MOST_INDICES} indices",
            got=f"{len(indices)} indices",
            hint="move whole rows or channels, or smaller tensors",
        )
    yield from _reshaped(shape, (count // run, run))
    yield Step("gather", {"axis": 0}, indices.astype(np.int32))
    yield from _reshaped((len(flat) // run, run), places.shape)
