"""prelu from TensorFlow Lite: PRELU, with broadcasting."""

from __future__ import annotations

import numpy as np

from ...ir import INT8, INT16
from ..tflite.builtin import ACTIVATIONS, BYTES, Argument, Builtin
from ..tflite.call import TfliteCall


def _lower(call: TfliteCall) -> str:
    input, slope = call.quantization("input"), call.quantization("slope")
    output = call.output.quantization
    low, high = INT16 if call.output.dtype == "int16" else INT8
    multiplier, shift = call.multiplier(input.scale / output.scale)
    slope_multiplier, slope_shift = call.multiplier(input.scale * slope.scale / output.scale)
    return call.emit(
        "prelu",
        (call.value("input"), _slopes(call)),
        input_offset=-input.zero_point,
        other_offset=-slope.zero_point,
        output_offset=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        slope_multiplier=slope_multiplier,
        slope_shift=slope_shift,
        activation_min=low,
        activation_max=high,
    )


def _slopes(call: TfliteCall) -> str:
    """Beside int16 they are int8 all the same. Source: TFLite-Micro's PreluEval."""
    given = call.tensors["input"].dtype, call.output.dtype, call.tensors["slope"].dtype
    if given in (("int8",) * 3, ("uint8",) * 3):
        return call.value("slope")
    slopes = call.tensors["slope"].data
    if given != ("int16", "int16", "int8") or slopes is None:
        raise call.error(
            "PRELU cannot be compiled with these types",
            expected="one type of 8 bits, or int16 with slopes that are int8 constants",
            got=", ".join(given),
        )
    return call.add_constant("slopes", slopes.astype(np.int16))


ARGUMENTS = (Argument("input", dtypes=ACTIVATIONS), Argument("slope", dtypes=BYTES))
BUILTINS = [Builtin("PRELU", _lower, ARGUMENTS, outputs=ACTIVATIONS, converts=True)]
