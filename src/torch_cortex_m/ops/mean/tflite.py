"""mean from TensorFlow Lite: MEAN over neighbouring dimensions."""

from __future__ import annotations

from math import prod

from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from .op import rescaling


def _lower(call: TfliteCall) -> str:
    shape = call.shape()
    axes = _axes(call, len(shape))
    first, end = (axes[0], axes[-1] + 1) if axes else (0, 0)
    outer, inner = shape[:first], shape[end:]
    count = prod(shape[first:end])
    input, output = call.quantization(), call.output.quantization
    call.multiplier(input.scale / output.scale)
    mean = call.emit(
        "mean",
        (call.reshape(call.value(), (prod(outer), count, prod(inner)), ".blocks"),),
        ".mean",
        **rescaling(input, output, count),
        input_offset=-input.zero_point,
        output_offset=output.zero_point,
    )
    kept = (1,) * len(axes) if call.options.number("KeepDims") else ()
    return call.reshape(mean, (*outer, *kept, *inner), suffix="")


def _axes(call: TfliteCall, rank: int) -> list[int]:
    """The reduced dimensions in order. Raises TcmError unless they are neighbours."""
    axes = sorted({call.axis(axis, rank) for axis in call.integers("axes")})
    if axes and axes != list(range(axes[0], axes[-1] + 1)):
        raise call.error(
            "the mean over these dimensions is not supported",
            expected="neighbouring dimensions, such as 1 and 2",
            got=axes,
        )
    return axes


BUILTINS = [
    Builtin(
        "MEAN",
        _lower,
        (Argument("input"), Argument("axes", Kind.CONSTANT, ("int32",))),
        options="ReducerOptions",
    )
]
