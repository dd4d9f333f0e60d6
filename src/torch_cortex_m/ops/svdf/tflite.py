"""svdf from TensorFlow Lite: SVDF, whose variable tensor becomes a state of the graph."""

from __future__ import annotations

import numpy as np

from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.weights import symmetric_scale
from .op import STATE_DTYPES


def _lower(call: TfliteCall) -> str:
    """Products and quotients of scales are rounded to float32 each.

    Source: TFLite-Micro's PrepareSvdf. It has no fused activations where tensors are int8.
    """
    state, output = call.quantization("state"), call.output.quantization
    feature = call.multiplier(_quotient(call, "input", "feature_weight", state.scale))
    result = call.multiplier(_quotient(call, "state", "time_weight", output.scale))
    constants = (
        call.add_constant(argument, call.data(argument))
        for argument in ("feature_weight", "time_weight")
    )
    value, new_state = call.emit_several(
        "svdf",
        (call.value(), call.value("state"), *constants, _bias(call)),
        {"": output, ".state": state},
        rank=int(call.options.number("Rank")),
        input_offset=-call.quantization().zero_point,
        feature_multiplier=feature[0],
        feature_shift=feature[1],
        state_zero_point=state.zero_point,
        output_multiplier=result[0],
        output_shift=result[1],
        output_offset=output.zero_point,
    )
    call.keep("state", new_state)
    return value


def _quotient(call: TfliteCall, argument: str, weight: str, scale: float) -> float:
    """The argument's scale times the weight's by ``scale``."""
    product = np.float32(call.quantization(argument).scale) * symmetric_scale(call, weight)
    with np.errstate(over="ignore"):
        return float(product / np.float32(scale))


def _bias(call: TfliteCall) -> str | None:
    return call.add_constant("bias", call.data("bias")) if "bias" in call.tensors else None


BUILTINS = [
    Builtin(
        "SVDF",
        _lower,
        (
            Argument("input"),
            Argument("feature_weight", Kind.CONSTANT),
            Argument("time_weight", Kind.CONSTANT, STATE_DTYPES),
            Argument("bias", Kind.CONSTANT, ("int32",), optional=True),
            Argument("state", Kind.STATE, STATE_DTYPES),
        ),
        options="SVDFOptions",
    )
]
