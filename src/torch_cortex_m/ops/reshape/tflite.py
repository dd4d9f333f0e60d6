"""reshape from TensorFlow Lite: RESHAPE, SQUEEZE and EXPAND_DIMS; and the constants that follow
from shapes: SHAPE, FILL, ZEROS_LIKE and BROADCAST_ARGS."""

from __future__ import annotations

from math import prod

import numpy as np

from ..rules.movement import check_size
from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.movement import MOVED, MOVED_DTYPES

Shape = tuple[int, ...]


def _lower_reshape(call: TfliteCall) -> str:
    return _emit(call, _resolved(call, _wanted(call)))


def _wanted(call: TfliteCall) -> Shape:
    """The new shape from the tensor that says it; else from the options, where [0] stands for no
    dimension; else from the result's shape in the file."""
    tensor = call.tensors.get("shape")
    if tensor is not None and tensor.data is not None and len(tensor.shape) == 1:
        return call.integers("shape")
    given = call.options.vector("NewShape")
    if tensor is None and given is not None:
        return () if given == (0,) else given
    return call.output.shape


def _resolved(call: TfliteCall, wanted: Shape) -> Shape:
    """``wanted`` with the size that takes the place of a -1."""
    elements, known = prod(call.shape()), prod(size for size in wanted if size != -1)
    if wanted.count(-1) > 1 or any(size < -1 or size == 0 for size in wanted):
        raise call.error(
            "the new shape is not understood", expected="positive sizes and one -1", got=wanted
        )
    if -1 not in wanted or known == 0:
        return wanted
    return tuple(elements // known if size == -1 else size for size in wanted)


def _lower_squeeze(call: TfliteCall) -> str:
    shape = call.shape()
    given = call.options.vector("SqueezeDims") or ()
    axes = {call.axis(axis, len(shape)) for axis in given}
    if not given:
        axes = {axis for axis, size in enumerate(shape) if size == 1}
    if any(shape[axis] != 1 for axis in axes):
        raise call.error(
            "only dimensions of size 1 can be squeezed", expected="size 1", got=(given, shape)
        )
    return _emit(call, tuple(size for axis, size in enumerate(shape) if axis not in axes))


def _lower_expand(call: TfliteCall) -> str:
    shape = call.shape()
    axis = call.axis(call.integer("axis"), len(shape) + 1)
    return _emit(call, (*shape[:axis], 1, *shape[axis:]))


def _lower_shape(call: TfliteCall) -> str:
    return call.constant(np.array(call.shape(), call.output.dtype))


def _lower_fill(call: TfliteCall) -> str:
    """Of the shape that the file gives for the result."""
    value = call.data("value").reshape(-1)
    if value.size != 1:
        raise call.error("it fills with more than one value", expected=1, got=value.size)
    check_size(call.output.shape)
    return call.constant(np.full(call.output.shape, value[0]))


def _lower_zeros(call: TfliteCall) -> str:
    """Zeros of integers, whatever the zero point is, as TensorFlow Lite has it."""
    check_size(call.shape())
    return call.constant(np.zeros(call.shape(), call.output.dtype))


def _lower_broadcast(call: TfliteCall) -> str:
    """The shape that two shapes broadcast to."""
    shapes = [call.integers(name) for name in ("shape", "other")]
    try:
        return call.constant(np.array(np.broadcast_shapes(*shapes), call.output.dtype))
    except ValueError:
        raise call.error(
            "its shapes do not broadcast together",
            expected="dimensions that are equal, or of which one is 1",
            got=shapes,
        ) from None


def _emit(call: TfliteCall, shape: Shape) -> str:
    return call.emit("reshape", (call.value(),), shape=shape)


BUILTINS = [
    Builtin(
        "RESHAPE",
        _lower_reshape,
        (MOVED, Argument("shape", Kind.SHAPE, ("int32",), optional=True)),
        "ReshapeOptions",
        MOVED_DTYPES,
    ),
    Builtin("SQUEEZE", _lower_squeeze, (MOVED,), "SqueezeOptions", MOVED_DTYPES),
    Builtin(
        "EXPAND_DIMS",
        _lower_expand,
        (MOVED, Argument("axis", Kind.CONSTANT, ("int32", "int64"))),
        outputs=MOVED_DTYPES,
    ),
    Builtin("SHAPE", _lower_shape, (MOVED,), "ShapeOptions", ("int32",), converts=True),
    Builtin(
        "BROADCAST_ARGS",
        _lower_broadcast,
        tuple(Argument(n, Kind.CONSTANT, ("int32", "int64")) for n in ("shape", "other")),
        outputs=("int32", "int64"),
    ),
    Builtin("ZEROS_LIKE", _lower_zeros, (MOVED,), outputs=("int8", "int32")),
    Builtin(
        "FILL",
        _lower_fill,
        (
            Argument("dims", Kind.SHAPE, ("int32", "int64")),
            Argument("value", Kind.CONSTANT, ("int8", "int32")),
        ),
        outputs=("int8", "int32"),
    ),
]
