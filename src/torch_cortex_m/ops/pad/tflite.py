"""pad from TensorFlow Lite: PAD with the zero point, PADV2 with a constant."""

from __future__ import annotations

from ..tflite.builtin import ACTIVATIONS, Argument, Builtin, Kind
from ..tflite.call import TfliteCall

INPUT = Argument("input", dtypes=ACTIVATIONS)
VALUE = Argument("value", Kind.CONSTANT, ACTIVATIONS)
PADDING = Argument("padding", Kind.CONSTANT, ("int32", "int64"))


def _lower_pad(call: TfliteCall) -> str:
    return _emit(call, call.output.quantization.zero_point)


def _lower_with_value(call: TfliteCall) -> str:
    """The constant has the result's quantization, so that its integer is the one to pad with."""
    value, expected = call.tensors["value"].dtype, call.tensors["input"].dtype
    if value != expected:
        raise call.error(
            f"its value is {value}",
            expected=expected,
            got=value,
            hint="give the value to pad with the type of what is padded",
        )
    return _emit(call, call.integer("value"))


def _emit(call: TfliteCall, value: int) -> str:
    return call.emit("pad", (call.value(),), padding=call.integers("padding"), value=value)


BUILTINS = [
    Builtin("PAD", _lower_pad, (INPUT, PADDING), outputs=ACTIVATIONS),
    Builtin("PADV2", _lower_with_value, (INPUT, PADDING, VALUE), outputs=ACTIVATIONS),
]
