"""conv_transpose2d from TensorFlow Lite: TRANSPOSE_CONV."""

from __future__ import annotations

from ..tflite.builtin import ACTIVATIONS, BYTES, Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.weights import (
    BIAS,
    check_wide_bias,
    convolution_operands,
    convolution_weight,
    with_wide_channels,
)
from ..tflite.window import window


def _lower(call: TfliteCall) -> str:
    """The padding is that of the convolution from the output's size to the input's."""
    check_wide_bias(call)
    weight = convolution_weight(call)
    _, height, width, _ = weight.shape
    shape = call.output.shape
    if len(shape) != 4:
        raise call.error("the output has a wrong rank", expected=4, got=shape)
    fields = window(call, (height, width), (shape[1], shape[2]))
    value, weight = with_wide_channels(call, call.value(), weight)
    return call.emit(
        "conv_transpose2d",
        convolution_operands(call, value, weight, axis=0),
        output_size=shape[1:3],
        stride=fields["stride"],
        padding=fields["padding"][:2],
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


BUILTINS = [
    Builtin(
        "TRANSPOSE_CONV",
        _lower,
        (
            Argument("output_shape", Kind.SHAPE, ("int32",)),
            Argument("weight", Kind.CONSTANT, BYTES),
            Argument("input", dtypes=ACTIVATIONS),
            BIAS,
        ),
        options="TransposeConvOptions",
        outputs=ACTIVATIONS,
    )
]
