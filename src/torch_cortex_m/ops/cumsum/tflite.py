"""cumsum from TensorFlow Lite: CUMSUM, and ADD_N, which is the last of such sums."""

from __future__ import annotations

from math import prod

from ...ir import Quantization
from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall

LEFT_SHIFT = 19
"""20, less the factor 1/2 that takes inputs to twice their scale."""


def _lower(call: TfliteCall) -> str:
    shape = call.shape()
    axis = call.axis(call.integer("axis"), len(shape))
    sizes = (prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :]))
    sums = _sums(
        call,
        call.reshape(call.value(), sizes, ".blocks"),
        call.quantization(),
        exclusive=bool(call.options.number("Exclusive")),
        reverse=bool(call.options.number("Reverse")),
    )
    return call.reshape(sums, shape, suffix="")


def _sums(call: TfliteCall, blocks: str, input: Quantization, **order: bool) -> str:
    """The sums begin with the input's offset, as TensorFlow Lite's do.

    Source: TensorFlow Lite Micro's CUMSUM and ADD_N.
    """
    output = call.output.quantization
    multiplier, shift = call.multiplier(2.0 * input.scale / ((1 << 20) * output.scale))
    return call.emit(
        "cumsum",
        (blocks,),
        ".sums",
        **order,
        input_offset=-input.zero_point,
        start=-input.zero_point,
        left_shift=LEFT_SHIFT,
        multiplier=multiplier,
        shift=shift,
        output_offset=output.zero_point,
    )


def _add_n(call: TfliteCall) -> str:
    """Operands of one shape and quantization, one behind the other."""
    names = call.repeated()
    shape, elements = call.shape(names[0]), prod(call.shape(names[0]))
    for name in names:
        if call.shape(name) != shape or call.quantization(name) != call.quantization(names[0]):
            raise call.error(
                "the operands of ADD_N are not alike",
                expected=f"shape {shape} and {call.quantization(names[0])}",
                got=f"shape {call.shape(name)} and {call.quantization(name)}",
            )
    joined, *others = (call.reshape(call.value(name), (1, 1, elements)) for name in names)
    for other in others:
        joined = call.emit("concatenate", (joined, other), ".operands", axis=1)
    sums = _sums(call, joined, call.quantization(names[0]))
    last = call.emit("slice", (sums,), ".last", begin=(0, len(others), 0), size=(1, 1, elements))
    return call.reshape(last, shape, suffix="")


BUILTINS = [
    Builtin(
        "CUMSUM",
        _lower,
        (Argument("input"), Argument("axis", Kind.CONSTANT, ("int32",))),
        options="CumsumOptions",
    ),
    Builtin("ADD_N", _add_n, (Argument("input", repeated=True),), options="AddNOptions"),
]
