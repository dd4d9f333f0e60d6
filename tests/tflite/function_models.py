"""Small models of logarithms, quotients and roots, with the corner cases of TensorFlow Lite."""

from __future__ import annotations

import numpy as np
from model_writer import ModelWriter
from operator_models import (
    NONE,
    OTHER_RANGES,
    RELU,
    RELU6,
    RELU_N1_TO_1,
    OperatorModel,
    Quantization,
    Shape,
    activation,
    function,
    single,
)

LOG_SOFTMAX_Y = (1 / 16, 127)


def log_softmax(name: str, shape: Shape, scale: float = 0.05, zero_point: int = 3) -> OperatorModel:
    return single(
        f"log_softmax {name}", "LOG_SOFTMAX", shape, shape, x=(scale, zero_point), y=LOG_SOFTMAX_Y,
        options_type="LogSoftmaxOptions",
    )  # fmt: skip


LOG_SOFTMAXES = [
    log_softmax("rank 1", (12,)),
    log_softmax("rank 4", (2, 3, 2, 12)),
    log_softmax("one element", (4, 1)),
    log_softmax("two elements", (60, 2), 0.02),
    log_softmax("long", (1, 400), 0.1, -128),
    log_softmax("longest", (1, 4095), 0.004),
    *(log_softmax(f"scale {scale:g}", (40, 7), scale, 127)
      for scale in (1e-5, 1e-3, 0.02, 0.0625, 0.13, 0.5, 3.0, 15.9, 33.0, 100.0)),
]  # fmt: skip

LEAST = -128
"""The zero point that leaves no radicand negative."""

RSQRTS = [
    function("RSQRT", place, (scale, LEAST), y)
    for place, (scale, y) in enumerate(
        zip((0.05, 0.02, 3.0, 0.001, 1e-5, 0.0625, 0.3, 20.0), OTHER_RANGES, strict=True)
    )
]

DIVIDEND: Quantization = (0.05, 3)
QUOTIENT: Quantization = (0.02, 9)


def at_least(writer: ModelWriter, value: int, shape: Shape, x: Quantization, least: int) -> int:
    """A MAXIMUM of ``value`` and a number."""
    number = activation(writer, "least", (1,), x, data=np.array([least], np.int8))
    result = activation(writer, "limited", shape, x)
    writer.operator("MAXIMUM", [value, number], result)
    return result


def div(
    name: str,
    shapes: tuple[Shape, Shape, Shape],
    *,
    x: Quantization = DIVIDEND,
    divisor: Quantization = (0.02, LEAST),
    y: Quantization = QUOTIENT,
    least: int = LEAST,
    divisors: np.ndarray | None = None,
    activation_function: int = NONE,
) -> OperatorModel:
    """Nobody divides by 0: divisors are constant, or at least 1 by a MAXIMUM. Nor are quotients far
    below one step, where TFLite-Micro shifts by more than 31 bits: its quotients of 1 are 64 steps
    at least, or dividends are ``least`` or more. LiteRT has another multiplier."""
    writer, (first, second, output) = ModelWriter(), shapes
    given = {"x": activation(writer, "x", first, x)}
    dividend = at_least(writer, given["x"], first, x, least)
    if divisors is None:
        given["divisor"] = activation(writer, "divisor", second, divisor)
        other = at_least(writer, given["divisor"], second, divisor, LEAST + 1)
    else:
        other = activation(writer, "divisor", second, divisor, data=divisors)
    result = activation(writer, "y", output, y)
    fields = {"FusedActivationFunction": activation_function}
    writer.operator("DIV", [dividend, other], result, "DivOptions", **fields)
    inputs = tuple((writer.tensors[value].shape, "int8") for value in given.values())
    content = writer.write(list(given.values()), [result])
    return OperatorModel(f"div {name}", content, inputs, litert=False)


def div_of_any_sign(zero_point: int) -> OperatorModel:
    """All divisors but 0."""
    divisors = np.array([each for each in range(-128, 128) if each != zero_point], np.int8)
    shapes = ((20, 255), (255,), (20, 255))
    divisor = (0.02, zero_point)
    return div(f"by any sign {zero_point}", shapes, divisor=divisor, divisors=divisors)


PLAIN = ((1, 4, 50, 3), (1, 4, 50, 3), (1, 4, 50, 3))
DIVS = [
    div("plain", PLAIN),
    div("channels", ((1, 4, 50, 3), (1, 1, 1, 3), (1, 4, 50, 3))),
    div("lower rank", ((1, 4, 5, 3), (3,), (1, 4, 5, 3))),
    div("first broadcasts", ((1, 1, 5, 1), (2, 4, 5, 3), (2, 4, 5, 3))),
    div("saturates", PLAIN, y=(0.0001, 9)),
    div("large dividends", PLAIN, x=(0.05, LEAST), least=100, y=(0.9, 100)),
    div("negative dividends", PLAIN, x=(0.05, 127), y=(0.03, 127)),
    div("small divisors", PLAIN, divisor=(1e-4, LEAST), y=(4.0, -128)),
    div("ends", PLAIN, x=(0.05, 127), y=(0.01, -128)),
    *(div(f"activation {code}", PLAIN, activation_function=code)
      for code in (RELU, RELU_N1_TO_1, RELU6)),
    *(div_of_any_sign(zero_point) for zero_point in (-128, 0, 3, 127)),
]  # fmt: skip

MODELS = [*LOG_SOFTMAXES, *RSQRTS, *DIVS]
