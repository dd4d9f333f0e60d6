"""concatenate from TensorFlow Lite: CONCATENATION and PACK."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.movement import MOVED_DTYPES

PARTS = (Argument("input", dtypes=MOVED_DTYPES, repeated=True),)


def _concatenation(call: TfliteCall) -> str:
    if call.options.number("FusedActivationFunction"):
        raise call.error(
            "an activation behind a concatenation is not supported",
            hint="put it in front of the concatenation, into each part",
        )
    parts = tuple(call.value(part) for part in call.repeated())
    rank = len(call.graph.types[parts[0]].shape)
    return _joined(call, parts, call.axis(int(call.options.number("Axis")), rank))


def _pack(call: TfliteCall) -> str:
    """Each part gets the new dimension."""
    shape = call.shape("input_0")
    axis = call.axis(int(call.options.number("Axis")), len(shape) + 1)
    with_axis = (*shape[:axis], 1, *shape[axis:])
    parts = tuple(call.reshape(call.value(part), with_axis) for part in call.repeated())
    return _joined(call, parts, axis)


def _joined(call: TfliteCall, parts: tuple[str, ...], axis: int) -> str:
    """A chain of concatenations of two. As TensorFlow Lite has it, they have one quantization."""
    _check_quantization(call)
    result, *others = parts
    for other in others:
        result = call.emit("concatenate", (result, other), axis=axis)
    return result


def _check_quantization(call: TfliteCall) -> None:
    for part in call.repeated():
        tensor = call.tensors[part]
        if tensor.quantized and tensor.quantization != call.output.quantization:
            raise call.error(
                "the parts of a concatenation have different scales or zero points",
                expected=call.output.quantization,
                got=f"{tensor.quantization} of '{tensor.name}'",
                hint="quantize all parts as the result is, as TensorFlow Lite's converter does",
            )


BUILTINS = [
    Builtin("CONCATENATION", _concatenation, PARTS, "ConcatenationOptions", MOVED_DTYPES),
    Builtin("PACK", _pack, PARTS, "PackOptions", MOVED_DTYPES),
]
