"""mean from TensorFlow Lite: MEAN and SUM over any dimensions."""

from __future__ import annotations

from ...ir import limits
from ..tflite.builtin import ACTIVATIONS
from ..tflite.call import TfliteCall, clamp_limits
from ..tflite.reduction import reduction
from .op import rescaling


def _mean(call: TfliteCall, blocks: str) -> str:
    return _emit(call, blocks, call.graph.types[blocks].shape[1])


def _sum(call: TfliteCall, blocks: str) -> str:
    return _emit(call, blocks, 1)


def _emit(call: TfliteCall, blocks: str, count: int) -> str:
    input, output = call.quantization(), call.output.quantization
    call.multiplier(input.scale / output.scale)
    return call.emit(
        "mean",
        (blocks,),
        ".mean",
        **rescaling(input, output, count),
        input_offset=-input.zero_point,
        output_offset=output.zero_point,
        **clamp_limits(None, None, output, limits(call.output.value_dtype)),
    )


BUILTINS = [reduction("MEAN", _mean, ACTIVATIONS), reduction("SUM", _sum, ACTIVATIONS)]
