"""slice from TensorFlow Lite: SLICE, STRIDED_SLICE, REVERSE_V2, and what cuts a tensor up: SPLIT,
SPLIT_V and UNPACK."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from ...errors import EXPORT_AGAIN
from ..tflite.builtin import Builtin
from ..tflite.call import TfliteCall
from ..tflite.movement import MOVED, MOVED_DTYPES, builtin, constant, only

Index = slice | int | None


def _box(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    """Size -1 is all that is left."""
    begins, sizes = call.integers("begin"), call.integers("size")
    for axis, (begin, size) in enumerate(zip(begins, sizes, strict=True)):
        left = places.shape[axis] - begin
        places = only(places, axis, begin, begin + (left if size == -1 else size))
    return places


def _strided(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    """As NumPy indexes, with begin, end, ellipsis and new axis as masks. Where an axis shrinks, the
    end does not matter. Source: TensorFlow Lite's StridedSlice."""
    if call.options.number("Offset"):
        raise call.error(
            "ends that count from their begins are not supported",
            expected="ends that count from the first place of their dimension",
        )
    masks = {name: int(call.options.number(f"{name}Mask")) for name in MASKS}
    limits = zip(*(call.integers(name) for name in ("begin", "end", "strides")), strict=True)
    index: list[Index] = []
    for place, (begin, end, stride) in enumerate(limits):
        given = {name for name, mask in masks.items() if mask >> place & 1}
        index.append(_index(given, begin, end, stride))
    return places[tuple(index)]


MASKS = ("Begin", "End", "Ellipsis", "NewAxis", "ShrinkAxis")


def _index(given: set[str], begin: int, end: int, stride: int) -> Index:
    if "Ellipsis" in given:
        return Ellipsis  # type: ignore[return-value]
    if "NewAxis" in given:
        return None
    if "ShrinkAxis" in given:
        return 0 if "Begin" in given else begin
    return slice(None if "Begin" in given else begin, None if "End" in given else end, stride)


def _reversed(call: TfliteCall, places: np.ndarray) -> np.ndarray:
    return np.flip(places, call.integers("axes"))


def _split(call: TfliteCall) -> tuple[str, ...]:
    axis, count = call.axis(call.integer("axis"), len(call.shape())), len(call.outputs)
    return _cut(call, axis, (call.shape()[axis] // count,) * count)


def _split_by_sizes(call: TfliteCall) -> tuple[str, ...]:
    """One size may be -1: all that is left."""
    axis, sizes = call.axis(call.integer("axis"), len(call.shape())), call.integers("sizes")
    left = call.shape()[axis] - sum(size for size in sizes if size != -1)
    return _cut(call, axis, tuple(left if size == -1 else size for size in sizes))


def _cut(call: TfliteCall, axis: int, sizes: tuple[int, ...]) -> tuple[str, ...]:
    """Parts of these sizes, one for each result."""
    whole = call.shape()[axis]
    if len(sizes) != len(call.outputs) or sum(sizes) != whole or min(sizes) < 1:
        raise call.error(
            "its parts do not fit its input",
            expected=whole,
            got=sizes,
            hint="the parts, one for each result, must be as large as the input together",
        )
    ends = list(accumulate(sizes, initial=0))
    return tuple(
        result.move(only(call.places(), axis, *ends[place : place + 2]))
        for place, result in enumerate(call.each_result())
    )


def _unpack(call: TfliteCall) -> tuple[str, ...]:
    axis = call.axis(int(call.options.number("Axis")), len(call.shape()))
    if call.shape()[axis] != len(call.outputs):
        raise call.error(
            "its results are not those of its dimension",
            expected=call.shape()[axis],
            got=len(call.outputs),
            hint=EXPORT_AGAIN,
        )
    return tuple(
        result.move(np.take(call.places(), place, axis))
        for place, result in enumerate(call.each_result())
    )


def _cutting(name: str, lower, arguments, options: str) -> Builtin:
    return Builtin(name, lower, arguments, options, MOVED_DTYPES, several_outputs=True)


AXIS, SIZES = constant("axis"), constant("sizes")

BUILTINS = [
    builtin("SLICE", _box, "begin", "size"),
    builtin("STRIDED_SLICE", _strided, "begin", "end", "strides", options="StridedSliceOptions"),
    builtin("REVERSE_V2", _reversed, "axes"),
    _cutting("SPLIT", _split, (AXIS, MOVED), "SplitOptions"),
    _cutting("SPLIT_V", _split_by_sizes, (MOVED, SIZES, AXIS), "SplitVOptions"),
    _cutting("UNPACK", _unpack, (MOVED,), "UnpackOptions"),
]
