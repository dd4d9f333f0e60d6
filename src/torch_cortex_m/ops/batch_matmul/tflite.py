"""batch_matmul from TensorFlow Lite: BATCH_MATMUL."""

from __future__ import annotations

import numpy as np

from ...ir import limits
from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall, clamp_limits

DTYPES = ("int8", "int16")


def _lower(call: TfliteCall) -> str:
    """The product of the scales is rounded to float32 before it is divided by the output's.

    Source: TensorFlow Lite's GetQuantizedConvolutionMultipler.
    """
    input, other = call.quantization("input"), call.quantization("other")
    output = call.output.quantization
    product = float(np.float32(input.scale) * np.float32(other.scale))
    multiplier, shift = call.multiplier(product / output.scale)
    return call.emit(
        "batch_matmul",
        (call.value("input"), call.value("other")),
        transpose_input=bool(call.options.number("AdjX")),
        transpose_other=bool(call.options.number("AdjY")),
        input_offset=-input.zero_point,
        other_offset=-other.zero_point,
        output_offset=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        **clamp_limits(None, None, output, limits(call.output.value_dtype)),
    )


BUILTINS = [
    Builtin(
        "BATCH_MATMUL",
        _lower,
        tuple(Argument(name, dtypes=DTYPES) for name in ("input", "other")),
        options="BatchMatMulOptions",
        outputs=DTYPES,
    )
]
