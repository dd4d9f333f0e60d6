"""requantize from TensorFlow Lite: activations that stand alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall, clamp_limits


def _clamp(low: float, high: float | None) -> Callable[[TfliteCall], str]:
    """The lowering of a clamp to real bounds, from one quantization to another."""

    def lower(call: TfliteCall) -> str:
        input, output = call.quantization(), call.output.quantization
        # TensorFlow Lite divides the two float32 scales here, elsewhere their doubles.
        with np.errstate(over="ignore"):
            real = float(np.float32(input.scale) / np.float32(output.scale))
        multiplier, shift = call.multiplier(real)
        return call.emit(
            "requantize",
            (call.value(),),
            input_offset=-input.zero_point,
            multiplier=multiplier,
            shift=shift,
            output_offset=output.zero_point,
            **clamp_limits(low, high, output),
        )

    return lower


def _builtin(name: str, low: float, high: float | None) -> Builtin:
    return Builtin(name, _clamp(low, high), (Argument("input", dtypes=BYTES),), outputs=BYTES)


BUILTINS = [
    _builtin("RELU", 0.0, None),
    _builtin("RELU_0_TO_1", 0.0, 1.0),
    _builtin("RELU6", 0.0, 6.0),
    _builtin("RELU_N1_TO_1", -1.0, 1.0),
]
