"""The TensorFlow Lite side of reductions: any axes, kept or not."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.reduction import blocks, reduced_shape
from .builtin import BYTES, Argument, Builtin, Kind
from .call import TfliteCall

AXES = Argument("axes", Kind.CONSTANT, ("int32",))


def reduced_axes(call: TfliteCall) -> list[int]:
    """The dimensions in order."""
    rank = len(call.shape())
    return sorted({call.axis(axis, rank) for axis in call.integers("axes")})


def reduction(
    name: str, emit: Callable[[TfliteCall, str], str], dtypes: tuple[str, ...] = BYTES
) -> Builtin:
    """A builtin with the options of reductions; ``emit`` has the input as [outer, count, inner]."""

    def lower(call: TfliteCall) -> str:
        axes = reduced_axes(call)
        permutation, sizes = blocks(call.shape(), axes)
        moved = call.transpose(call.value(), permutation, ".reduced_last")
        result = emit(call, call.reshape(moved, sizes, ".blocks"))
        shape = reduced_shape(call.shape(), axes, bool(call.options.number("KeepDims")))
        return call.reshape(result, shape, suffix="")

    arguments = (Argument("input", dtypes=dtypes), AXES)
    return Builtin(name, lower, arguments, "ReducerOptions", outputs=dtypes)
