"""Small models for the corner cases of every TensorFlow Lite operator that is supported."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any

import numpy as np
from model_writer import Content, ModelWriter

Shape = tuple[int, ...]
Quantization = tuple[float, int]

SAME, VALID = 0, 1
NONE, RELU, RELU_N1_TO_1, RELU6 = 0, 1, 2, 3
X, Y = (0.05, 3), (0.08, -7)


@dataclass(frozen=True)
class OperatorModel:
    """A model with what it takes; ``micro`` and ``litert`` say which runtimes can run it.

    ``rounds_once``: LiteRT's reference rounds once here and may differ by one.
    """

    name: str
    content: Content
    inputs: tuple[tuple[Shape, str], ...]
    outputs: int = 1
    rounds_once: bool = False
    micro: bool = True
    litert: bool = True

    def samples(self, count: int) -> list[list[np.ndarray]]:
        """Random ones, and two with the ends of the types everywhere."""
        rng = generator(self.name)
        drawn = [[_random(rng, *each) for each in self.inputs] for _ in range(count)]
        return drawn + [[_end(place, *each) for each in self.inputs] for place in (0, -1)]


def generator(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _random(rng: np.random.Generator, shape: Shape, dtype: str) -> np.ndarray:
    if dtype == "float32":
        return (rng.normal(size=shape) * 4).astype(np.float32)
    low, high = _ends(dtype)
    return rng.integers(int(low), int(high) + 1, shape).astype(dtype)


def _end(place: int, shape: Shape, dtype: str) -> np.ndarray:
    return np.full(shape, _ends(dtype)[place], dtype)


def _ends(dtype: str) -> tuple[float, float]:
    """The least and the largest value of a type; of float32, ones that saturate."""
    known = {"float32": (-1e6, 1e6), "bool": (False, True)}
    return known[dtype] if dtype in known else (np.iinfo(dtype).min, np.iinfo(dtype).max)


def activation(
    writer: ModelWriter, name: str, shape: Shape, quantization: Quantization, **fields: Any
) -> int:
    scale, zero_point = quantization
    return writer.tensor(name, shape, scales=scale, zero_points=zero_point, **fields)


def single(
    name: str,
    operator: str,
    input: Shape,
    output: Shape,
    *,
    x: Quantization = X,
    y: Quantization = Y,
    constants: Sequence[np.ndarray | None] = (),
    options_type: str | None = None,
    rounds_once: bool = False,
    micro: bool = True,
    litert: bool = True,
    **options: Any,
) -> OperatorModel:
    """One operator with an int8 input, constants that are not quantized, and an int8 output."""
    writer = ModelWriter()
    operands = [activation(writer, "x", input, x)]
    for place, data in enumerate(constants):
        operands.append(-1 if data is None else writer.constant(f"constant_{place}", data))
    result = activation(writer, "y", output, y)
    writer.operator(operator, operands, result, options_type, **options)
    content = writer.write(operands[:1], [result])
    return OperatorModel(name, content, ((input, "int8"),), 1, rounds_once, micro, litert)


def weighted(
    name: str,
    operator: str,
    input: Shape,
    weight: Shape,
    output: Shape,
    *,
    axis: int = 0,
    per_channel: bool = True,
    bias: bool | None = True,
    weight_zero_point: int = 0,
    signs: Sequence[int] = (1,),
    x: Quantization = X,
    y: Quantization | None = None,
    options_type: str,
    rounds_once: bool = False,
    litert: bool = True,
    **options: Any,
) -> OperatorModel:
    """A weighted sum; ``bias`` None leaves the input out of the list, False gives -1 for it.

    ``signs`` of the channels' scales, over and over: -1 a negative scale, 0 a scale of 0.
    """
    rng, writer = generator(name), ModelWriter()
    channels = weight[axis]
    count = channels if per_channel else 1
    scales = rng.uniform(0.005, 0.02, count).astype(np.float32)
    scales *= np.resize(signs, count).astype(np.float32)
    low = -128 if weight_zero_point else -127
    source = activation(writer, "x", input, x)
    data = rng.integers(low, 128, weight).astype(np.int8)
    operands = [
        source,
        writer.constant(
            "weight", data, scales=scales.tolist(), zero_points=weight_zero_point, axis=axis
        ),
    ]
    if bias:
        sums = rng.integers(-3000, 3000, channels).astype(np.int32)
        bias_scales = (scales * np.float32(x[0])).tolist()
        operands.append(writer.constant("bias", sums, scales=bias_scales))
    elif bias is False:
        operands.append(-1)
    taps = prod(weight) // channels
    spread = (x[0] * 0.0125 * 70 * 50 * taps**0.5 / 60, 4) if y is None else y
    result = activation(writer, "y", output, spread)
    writer.operator(operator, operands, result, options_type, **options)
    content = writer.write([source], [result])
    return OperatorModel(name, content, ((input, "int8"),), rounds_once=rounds_once, litert=litert)


def conv(name: str, input: Shape, weight: Shape, output: Shape, **fields: Any) -> OperatorModel:
    return weighted(
        f"conv {name}", "CONV_2D", input, weight, output,
        options_type="Conv2DOptions", **(_WINDOW | fields),
    )  # fmt: skip


def depthwise(
    name: str, input: Shape, weight: Shape, output: Shape, **fields: Any
) -> OperatorModel:
    options = _WINDOW | {"DepthMultiplier": weight[3] // input[3]} | fields
    return weighted(
        f"depthwise {name}", "DEPTHWISE_CONV_2D", input, weight, output, axis=3,
        options_type="DepthwiseConv2DOptions", **options,
    )  # fmt: skip


_WINDOW = {
    "Padding": SAME,
    "StrideH": 1,
    "StrideW": 1,
    "DilationHFactor": 1,
    "DilationWFactor": 1,
}


def dense(name: str, input: Shape, weight: Shape, output: Shape, **fields: Any) -> OperatorModel:
    return weighted(
        f"dense {name}", "FULLY_CONNECTED", input, weight, output,
        options_type="FullyConnectedOptions", rounds_once=True, **({"per_channel": False} | fields),
    )  # fmt: skip


def pool(
    kind: str, name: str, input: Shape, output: Shape, kernel: tuple[int, int], **fields: Any
) -> OperatorModel:
    windows = {"FilterHeight": kernel[0], "FilterWidth": kernel[1], "StrideH": 1, "StrideW": 1}
    return single(
        f"{kind} {name}", f"{kind}_POOL_2D", input, output, x=X, y=X,
        options_type="Pool2DOptions", **({"Padding": VALID} | windows | fields),
    )  # fmt: skip


def mean(name: str, input: Shape, axes: Sequence[int], output: Shape, **fields: Any):
    return single(
        f"mean {name}", "MEAN", input, output, constants=[np.array(axes, np.int32)],
        options_type="ReducerOptions", **fields,
    )  # fmt: skip


OF_TWO = ((0.05, 3), (0.02, -60), (0.06, 9))


def of_two(
    operator: str,
    name: str,
    input: Shape,
    other: Shape,
    output: Shape,
    *,
    scales: tuple[Quantization, Quantization, Quantization | None] = (
        (0.05, 3),
        (0.02, -60),
        (0.06, 9),
    ),
    constant: int | None = None,
    activation_function: int = NONE,
    options: bool = True,
    micro: bool = True,
    litert: bool = True,
) -> OperatorModel:
    """ADD, MUL and the like; operand ``constant`` is one. Without a scale the
    result is bool."""
    rng, writer = generator(name), ModelWriter()
    shapes, operands = (input, other), []
    for place, shape in enumerate(shapes):
        data = _random(rng, shape, "int8") if place == constant else None
        operands.append(activation(writer, f"x{place}", shape, scales[place], data=data))
    if scales[2] is None:
        result = writer.tensor("y", output, "bool")
    else:
        result = activation(writer, "y", output, scales[2])
    fields: dict[str, Any] = {"FusedActivationFunction": activation_function}
    table = (f"{operator.title()}Options", fields) if options else (None, {})
    writer.operator(operator, operands, result, table[0], **table[1])
    given = [place for place in (0, 1) if place != constant]
    content = writer.write([operands[place] for place in given], [result])
    inputs = tuple((shapes[place], "int8") for place in given)
    return OperatorModel(f"{operator.lower()} {name}", content, inputs, micro=micro, litert=litert)


add = partial(of_two, "ADD")
mul = partial(of_two, "MUL")
sub = partial(of_two, "SUB")


def integers(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


CONVOLUTIONS = [
    conv("plain", (1, 8, 9, 3), (5, 3, 3, 3), (1, 8, 9, 5)),
    conv("valid", (1, 8, 9, 3), (5, 3, 3, 3), (1, 6, 7, 5), Padding=VALID),
    conv("stride 2 even", (1, 8, 8, 2), (4, 3, 3, 2), (1, 4, 4, 4), StrideH=2, StrideW=2),
    conv("stride 2 odd", (1, 9, 7, 2), (4, 3, 3, 2), (1, 5, 4, 4), StrideH=2, StrideW=2),
    conv("stride 3 by 2", (1, 10, 9, 2), (4, 2, 3, 2), (1, 4, 5, 4), StrideH=3, StrideW=2),
    conv("stride beyond kernel", (1, 7, 7, 4), (3, 1, 1, 4), (1, 3, 3, 3), StrideH=3, StrideW=3),
    conv("keyword spotting's first", (1, 49, 10, 1), (8, 10, 4, 1), (1, 25, 5, 8),
         StrideH=2, StrideW=2),
    conv("valid stride 2", (1, 9, 8, 2), (3, 4, 3, 2), (1, 3, 3, 3),
         Padding=VALID, StrideH=2, StrideW=2),
    conv("dilation", (1, 9, 10, 2), (3, 3, 3, 2), (1, 9, 10, 3),
         DilationHFactor=2, DilationWFactor=3),
    conv("dilation valid", (1, 9, 10, 2), (3, 3, 3, 2), (1, 5, 4, 3),
         Padding=VALID, DilationHFactor=2, DilationWFactor=3),
    conv("kernel larger than input", (1, 2, 3, 2), (3, 5, 5, 2), (1, 2, 3, 3)),
    conv("pointwise", (1, 5, 4, 7), (6, 1, 1, 7), (1, 5, 4, 6)),
    conv("one dimension", (1, 1, 20, 3), (4, 1, 5, 3), (1, 1, 20, 4)),
    conv("no bias", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), bias=False,
         litert=False),
    conv("per tensor", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), per_channel=False),
    conv("groups", (1, 5, 5, 6), (4, 3, 3, 3), (1, 5, 5, 4)),
    conv("batch 2", (2, 5, 5, 3), (4, 3, 3, 3), (2, 5, 5, 4)),
    conv("zero points at the ends", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4),
         x=(0.05, 127), y=(0.05, -128)),
    conv("multipliers above one", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), y=(0.0002, 0)),
    conv("tiny multipliers", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), y=(1e9, 0)),
    conv("scales of any sign", (1, 5, 5, 3), (7, 3, 3, 3), (1, 5, 5, 7), signs=(1, -1, 0)),
    conv("negative scales", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), signs=(-1,),
         FusedActivationFunction=RELU),
    conv("one negative scale", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), per_channel=False,
         signs=(-1,)),
    conv("negative scales and no bias", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), bias=False,
         signs=(1, -1), litert=False),
    *(conv(f"fused activation {code}", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), y=(0.06, -11),
           FusedActivationFunction=code) for code in (RELU, RELU_N1_TO_1, RELU6)),
    *(conv(f"fused activation {code} half a step off", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4),
           y=(scale, 0), FusedActivationFunction=code)
      for code, scale in ((RELU_N1_TO_1, 2.0), (RELU6, 12.0), (RELU6, 2.4))),
    depthwise("plain", (1, 8, 9, 4), (1, 3, 3, 4), (1, 8, 9, 4)),
    depthwise("multiplier 2", (1, 8, 9, 3), (1, 3, 3, 6), (1, 8, 9, 6)),
    depthwise("multiplier 8 of 1 channel", (1, 8, 9, 1), (1, 3, 3, 8), (1, 8, 9, 8)),
    depthwise("stride 2 even", (1, 8, 8, 3), (1, 3, 3, 3), (1, 4, 4, 3), StrideH=2, StrideW=2),
    depthwise("valid", (1, 8, 9, 3), (1, 5, 3, 3), (1, 4, 7, 3), Padding=VALID),
    depthwise("dilation", (1, 9, 9, 2), (1, 3, 3, 4), (1, 9, 9, 4),
              DilationHFactor=2, DilationWFactor=2),
    depthwise("no bias", (1, 5, 5, 3), (1, 3, 3, 3), (1, 5, 5, 3), bias=None),
    depthwise("per tensor", (1, 5, 5, 3), (1, 3, 3, 3), (1, 5, 5, 3), per_channel=False),
    depthwise("scales of any sign", (1, 5, 5, 7), (1, 3, 3, 7), (1, 5, 5, 7), signs=(-1, 0, 1)),
    depthwise("negative scales and a multiplier", (1, 5, 5, 2), (1, 3, 3, 6), (1, 5, 5, 6),
              signs=(-1, 1)),
    depthwise("relu6", (1, 5, 5, 3), (1, 3, 3, 3), (1, 5, 5, 3), y=(0.05, -20),
              FusedActivationFunction=RELU6),
]  # fmt: skip

DENSE = [
    dense("plain", (1, 20), (6, 20), (1, 6)),
    dense("rows", (4, 20), (6, 20), (4, 6)),
    dense("flattens", (2, 2, 5, 2), (6, 20), (2, 6)),
    dense("flattens to more rows", (2, 4, 5), (6, 20), (2, 6)),
    dense("keeps dimensions", (2, 3, 20), (6, 20), (2, 3, 6), KeepNumDims=True),
    dense("per channel", (3, 20), (6, 20), (3, 6), per_channel=True),
    dense("scales of any sign", (3, 20), (7, 20), (3, 7), per_channel=True, signs=(1, 0, -1)),
    dense("a scale of 0", (3, 20), (6, 20), (3, 6), signs=(0,)),
    dense("no bias", (3, 20), (6, 20), (3, 6), bias=False),
    dense("bias not listed", (3, 20), (6, 20), (3, 6), bias=None),
    dense("weight zero point", (3, 20), (6, 20), (3, 6), weight_zero_point=-17),
    dense("one feature", (1, 1), (1, 1), (1, 1)),
    dense("relu", (3, 20), (6, 20), (3, 6), FusedActivationFunction=RELU),
    dense("relu6", (3, 20), (6, 20), (3, 6), y=(0.05, -100), FusedActivationFunction=RELU6),
    dense("zero points at the ends", (3, 20), (6, 20), (3, 6), x=(0.05, -128), y=(0.09, 127)),
]

ADDITIONS = [
    add("plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)),
    add("channels", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
    add("lower rank", (1, 4, 5, 3), (3,), (1, 4, 5, 3)),
    add("first broadcasts", (1, 1, 5, 1), (2, 4, 5, 3), (2, 4, 5, 3)),
    add("both broadcast", (1, 4, 1, 3), (1, 1, 5, 1), (1, 4, 5, 3)),
    add("rank 2", (3, 7), (3, 7), (3, 7)),
    add("scalar", (3, 7), (1,), (3, 7)),
    add("constant", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3), constant=1),
    add("constant first", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3), constant=0),
    add("far scales", (1, 99), (1, 99), (1, 99), scales=((1e-4, 3), (3.0, -4), (1.0, 5))),
    add("saturates", (1, 99), (1, 99), (1, 99), scales=((1.0, 3), (1.0, -4), (0.01, 5))),
    *(
        add(f"activation {code}", (1, 99), (1, 99), (1, 99), activation_function=code)
        for code in (RELU, RELU_N1_TO_1, RELU6)
    ),
]

PRODUCTS = [
    mul("plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)),
    mul("channels", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
    mul("lower rank", (1, 4, 5, 3), (3,), (1, 4, 5, 3)),
    mul("first broadcasts", (1, 1, 5, 1), (2, 4, 5, 3), (2, 4, 5, 3)),
    mul("both broadcast", (1, 4, 1, 3), (1, 1, 5, 1), (1, 4, 5, 3)),
    mul("scalar", (3, 7), (1,), (3, 7)),
    mul("constant", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3), constant=1),
    mul("constant first", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3), constant=0),
    mul("far scales", (1, 99), (1, 99), (1, 99), scales=((1e-4, 3), (3.0, -4), (1.0, 5))),
    mul("saturates", (1, 99), (1, 99), (1, 99), scales=((1.0, 3), (1.0, -4), (0.01, 5))),
    *(
        mul(f"activation {code}", (1, 99), (1, 99), (1, 99), activation_function=code)
        for code in (RELU, RELU_N1_TO_1, RELU6)
    ),
]

DIFFERENCES = [
    sub("plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)),
    sub("channels", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
    sub("lower rank", (1, 4, 5, 3), (3,), (1, 4, 5, 3)),
    sub("first broadcasts", (1, 1, 5, 1), (2, 4, 5, 3), (2, 4, 5, 3)),
    sub("scalar", (3, 7), (1,), (3, 7)),
    sub("constant", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3), constant=1),
    sub("constant first", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3), constant=0),
    *(sub(f"scales {place}", (1, 999), (1, 999), (1, 999), scales=scales)
      for place, scales in enumerate([
          ((1e-4, 3), (3.0, -4), (1.0, 5)), ((1.0, 3), (1.0, -4), (0.01, 5)),
          ((0.1, 0), (0.1, 0), (0.1, 0)), ((0.0517, -128), (0.0291, 127), (0.0333, 1))])),
    *(sub(f"activation {code}", (1, 99), (1, 99), (1, 99), activation_function=code)
      for code in (RELU, RELU_N1_TO_1, RELU6)),
]  # fmt: skip

COMPARISONS = [
    of_two(operator, f"{place} {name}", first, second, (1, 20, 20, 3), scales=(x, y, None),
           constant=constant, options=False)
    for operator in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
    for place, (x, y) in enumerate([(X, X), (X, Y), ((0.01, -128), (0.5, 127))])
    for name, first, second, constant in (
        ("plain", (1, 20, 20, 3), (1, 20, 20, 3), None),
        ("channels", (1, 20, 20, 3), (3,), 1),
    )
]  # fmt: skip


def selection(name: str, shapes: tuple[Shape, Shape, Shape], output: Shape) -> OperatorModel:
    """SELECT_V2 with the condition of a comparison, as models have it."""
    writer = ModelWriter()
    first = activation(writer, "first", shapes[0], X)
    zero = activation(writer, "zero", (1,), X, data=np.array([20], np.int8))
    condition = writer.tensor("condition", shapes[0], "bool")
    x, y = (activation(writer, f"x{place}", shapes[place], X) for place in (1, 2))
    result = activation(writer, "y", output, X)
    writer.operator("GREATER", [first, zero], condition)
    writer.operator("SELECT_V2", [condition, x, y], result)
    content = writer.write([first, x, y], [result])
    inputs = tuple((shape, "int8") for shape in shapes)
    return OperatorModel(f"select {name}", content, inputs)


SELECTIONS = [
    selection("plain", ((1, 4, 5, 3),) * 3, (1, 4, 5, 3)),
    selection("mask of rows", ((1, 4, 1), (3, 4, 5), (3, 4, 5)), (3, 4, 5)),
    selection("numbers", ((3, 4, 5), (1,), (5,)), (3, 4, 5)),
]

PRELUS = [
    of_two("PRELU", name, input, slope, input, scales=scales, constant=1, options=False)
    for name, input, slope, scales in (
        ("channels", (1, 20, 20, 5), (1, 1, 5), ((0.05, 3), (0.004, -60), (0.05, 9))),
        ("one", (1, 20, 20, 5), (1, 1, 1), ((0.05, 3), (0.004, -60), (0.03, 9))),
        ("every element", (1, 7, 8, 3), (7, 8, 3), ((0.05, -128), (0.01, 0), (0.2, 0))),
        ("far scales", (1, 20, 20, 5), (1, 1, 5), ((0.5, 127), (0.1, 20), (0.001, -7))),
    )
]

ALIKE = ((0.05, 3), (0.05, 3), (0.05, 3))
OTHERS_OF_TWO = [
    of_two(operator, name, first, second, output, scales=scales, constant=constant, options=False)
    for operator, scales in (
        ("MAXIMUM", ALIKE),
        ("MINIMUM", ALIKE),
        ("SQUARED_DIFFERENCE", ((0.05, 3), (0.02, -60), (0.1, -100))),
        ("SQUARED_DIFFERENCE", ((0.05, 3), (0.05, 3), (0.4, -128))),
    )
    for name, first, second, output, constant in (
        (f"{scales[2]} plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3), None),
        (f"{scales[2]} channels", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3), None),
        (f"{scales[2]} lower rank", (1, 4, 5, 3), (3,), (1, 4, 5, 3), None),
        (f"{scales[2]} first broadcasts", (1, 1, 5, 1), (2, 4, 5, 3), (2, 4, 5, 3), None),
        (f"{scales[2]} constant", (1, 99), (1, 99), (1, 99), 1),
    )
]

POOLS = [
    model
    for kind in ("AVERAGE", "MAX")
    for model in (
        pool(kind, "valid", (1, 8, 9, 3), (1, 7, 7, 3), (2, 3)),
        pool(kind, "global", (1, 5, 6, 3), (1, 1, 1, 3), (5, 6)),
        pool(kind, "same", (1, 7, 8, 3), (1, 7, 8, 3), (3, 3), Padding=SAME),
        pool(kind, "same even", (1, 7, 8, 3), (1, 4, 4, 3), (2, 2), Padding=SAME, StrideH=2,
             StrideW=2),
        pool(kind, "same large", (1, 3, 3, 2), (1, 2, 2, 2), (5, 4), Padding=SAME, StrideH=2,
             StrideW=2),
        pool(kind, "valid leaves some out", (1, 8, 9, 3), (1, 2, 3, 3), (3, 3), StrideH=3,
             StrideW=3),
        pool(kind, "batch 2", (2, 4, 4, 3), (2, 2, 2, 3), (2, 2), StrideH=2, StrideW=2),
        pool(kind, "relu", (1, 6, 6, 3), (1, 5, 5, 3), (2, 2), FusedActivationFunction=RELU),
        pool(kind, "relu6", (1, 6, 6, 3), (1, 5, 5, 3), (2, 2), FusedActivationFunction=RELU6),
    )
]  # fmt: skip

MEANS = [
    mean("space", (1, 5, 6, 4), (1, 2), (1, 4)),
    mean("space kept", (1, 5, 6, 4), (1, 2), (1, 1, 1, 4), KeepDims=True),
    mean("axes reversed", (1, 5, 6, 4), (2, 1), (1, 1, 1, 4), KeepDims=True),
    mean("axes from the end", (2, 5, 6, 4), (-3, -2), (2, 4)),
    mean("axis twice", (1, 5, 6, 4), (1, -3), (1, 6, 4)),
    mean("height", (2, 5, 6, 4), (1,), (2, 6, 4)),
    mean("width kept", (2, 5, 6, 4), (2,), (2, 5, 1, 4), KeepDims=True),
    mean("channels", (1, 5, 6, 4), (3,), (1, 5, 6)),
    mean("channels first", (1, 4, 5, 6), (2, 3), (1, 4)),
    mean("everything kept", (1, 5, 6, 4), (0, 1, 2, 3), (1, 1, 1, 1), KeepDims=True),
    mean("sequence", (2, 30, 7), (1,), (2, 7)),
    mean("power of two", (1, 4, 8, 5), (1, 2), (1, 5), x=(0.1, -128), y=(0.1, -128)),
    mean("same quantization", (1, 7, 7, 9), (1, 2), (1, 9), x=(0.1, -128), y=(0.1, -128)),
    mean("one element", (1, 1, 1, 9), (1, 2), (1, 9)),
    mean("finer", (1, 6, 6, 9), (1, 2), (1, 9), x=(0.3, 20), y=(0.01, -20)),
    mean("much coarser", (1, 6, 6, 9), (1, 2), (1, 9), x=(1e-4, 20), y=(9.0, -20)),
]

SOFTMAX_Y = (1 / 256, -128)


def softmax(name: str, shape: Shape, x: Quantization = X, beta: float = 1.0) -> OperatorModel:
    return single(
        f"softmax {name}", "SOFTMAX", shape, shape, x=x, y=SOFTMAX_Y,
        options_type="SoftmaxOptions", Beta=beta,
    )  # fmt: skip


SOFTMAXES = [
    softmax("rank 2", (3, 12)),
    softmax("rank 4", (1, 3, 2, 12)),
    softmax("one element", (4, 1)),
    softmax("steep", (5, 12), (0.9, 3)),
    softmax("flat", (5, 12), (1e-4, 3)),
    softmax("beta", (5, 12), beta=0.5),
    softmax("long", (1, 400), (0.1, 3)),
]

ACTIVATIONS = [
    single(f"{operator} {place}", operator, (1, 4, 64), (1, 4, 64), x=x, y=y,
           micro=operator == "RELU" or (operator == "RELU6" and x == y))
    for operator in ("RELU", "RELU6", "RELU_N1_TO_1")
    for place, (x, y) in enumerate(
        [((0.05, 3), (0.05, 3)), ((0.05, -3), (0.03, -128)), ((0.02, 0), (0.19, 100)),
         ((0.1, -128), (0.0234, -128))]
    )
]  # fmt: skip

EVERY_INPUT = (1, 16, 16)
"""256 elements, as many as there are inputs; random ones meet most of them."""

OTHER_RANGES: list[Quantization] = [
    (0.05, 3), (0.02, -77), (0.02, 127), (0.001, 0), (1e-5, -5), (0.0625, 0), (0.3, 60), (20.0, -9)
]  # fmt: skip

RANGES: list[Quantization] = [
    (0.05, 3), (0.05, -128), (0.02, 127), (0.001, 0), (1e-5, -5), (0.0625, 0), (0.3, 60), (20.0, -9)
]  # fmt: skip


def function(
    operator: str, place: int, x: Quantization, y: Quantization, **fields: Any
) -> OperatorModel:
    return single(f"{operator} {place}", operator, EVERY_INPUT, EVERY_INPUT, x=x, y=y, **fields)


FUNCTIONS = [
    *(function("LOGISTIC", i, x, (1 / 256, -128), litert=x[0] < 1) for i, x in enumerate(RANGES)),
    *(function("TANH", i, x, (1 / 128, 0), litert=x[0] < 1) for i, x in enumerate(RANGES)),
    *(function("ELU", i, x, y, litert=False)
      for i, (x, y) in enumerate(zip(RANGES, OTHER_RANGES, strict=True))),
    *(function("ABS", i, x, y)
      for i, (x, y) in enumerate(zip(RANGES, OTHER_RANGES, strict=True))),
    *(function("HARD_SWISH", i, x, y)
      for i, (x, y) in enumerate([(RANGES[0], (0.05, 3)), (RANGES[1], (0.001, -9)),
                                  (RANGES[2], (0.03, 127)), (RANGES[3], (0.002, -128)),
                                  (RANGES[4], (1e-5, 7)), (RANGES[5], (0.0625, 0)),
                                  (RANGES[6], (0.2, -100)), (RANGES[7], (19.0, 5)),
                                  (RANGES[0], (30.0, 5))])),
    *(function("LEAKY_RELU", i, x, y, options_type="LeakyReluOptions", Alpha=alpha)
      for i, (x, y, alpha) in enumerate([
          (RANGES[0], (0.05, 3), 0.2), (RANGES[1], (0.04, -128), 0.3),
          (RANGES[2], (0.01, 100), 1.5), (RANGES[3], (0.001, 0), 0.0),
          (RANGES[4], (0.3, 1), 0.1), (RANGES[6], (0.003, 1), 0.01)])),
    *(function("RELU_0_TO_1", i, x, x, micro=False) for i, x in enumerate(RANGES)),
]  # fmt: skip


def reshape(name: str, input: Shape, output: Shape, **fields: Any) -> OperatorModel:
    return single(f"reshape {name}", "RESHAPE", input, output, x=X, y=X, **fields)


MOVEMENTS = [
    reshape("constant", (1, 4, 5, 2), (1, 40), constants=[integers(1, 40)]),
    reshape("minus one", (2, 4, 5), (2, 20), constants=[integers(2, -1)]),
    reshape("to rank 6", (2, 12), (1, 2, 1, 3, 4, 1), constants=[integers(1, 2, 1, 3, 4, 1)],
            micro=False),
    reshape("options", (1, 4, 5, 2), (8, 5), options_type="ReshapeOptions", NewShape=[8, -1]),
    reshape("both", (1, 4, 5, 2), (8, 5), constants=[integers(8, 5)],
            options_type="ReshapeOptions", NewShape=[5, 8]),
    single("squeeze all", "SQUEEZE", (1, 4, 1, 3), (4, 3), x=X, y=X),
    single("squeeze some", "SQUEEZE", (1, 4, 1, 3), (1, 4, 3), x=X, y=X,
           options_type="SqueezeOptions", SqueezeDims=[-2]),
    *(single(f"expand {axis}", "EXPAND_DIMS", (4, 3), output, x=X, y=X,
             constants=[integers(axis)])
      for axis, output in ((0, (1, 4, 3)), (1, (4, 1, 3)), (2, (4, 3, 1)), (-1, (4, 3, 1)))),
    *(single(f"transpose {permutation}", "TRANSPOSE", (2, 3, 4, 5),
             tuple((2, 3, 4, 5)[axis] for axis in permutation), x=X, y=X,
             constants=[integers(*permutation)])
      for permutation in ((0, 3, 1, 2), (0, 2, 3, 1), (3, 2, 1, 0), (0, 1, 2, 3))),
    single("transpose rank 2", "TRANSPOSE", (6, 5), (5, 6), x=X, y=X, constants=[integers(1, 0)]),
    single("pad", "PAD", (1, 4, 5, 2), (1, 7, 9, 2), x=X, y=X,
           constants=[np.array([[0, 0], [1, 2], [3, 1], [0, 0]], np.int32)]),
    single("pad every dimension", "PAD", (2, 3), (5, 6), x=X, y=X,
           constants=[np.array([[1, 2], [3, 0]], np.int32)]),
]  # fmt: skip


def padv2() -> OperatorModel:
    writer = ModelWriter()
    x = activation(writer, "x", (1, 4, 5, 2), X)
    padding = writer.constant("padding", np.array([[0, 0], [1, 2], [3, 1], [0, 0]], np.int32))
    value = writer.constant("value", np.array([-77], np.int8), scales=X[0], zero_points=X[1])
    y = activation(writer, "y", (1, 7, 9, 2), X)
    writer.operator("PADV2", [x, padding, value], y)
    return OperatorModel("padv2", writer.write([x], [y]), (((1, 4, 5, 2), "int8"),))


def edges(name: str, dtype: str, x: Quantization, y: Quantization) -> OperatorModel:
    """QUANTIZE, then a sum with itself, then a way back to ``dtype``."""
    writer, shape = ModelWriter(), (2, 50)
    quantized = {} if dtype == "float32" else {"scales": x[0], "zero_points": x[1]}
    source = writer.tensor("x", shape, dtype, **quantized)
    first = activation(writer, "first", shape, (0.07, -3))
    second = activation(writer, "second", shape, (0.11, 5))
    back = {} if dtype == "float32" else {"scales": y[0], "zero_points": y[1]}
    result = writer.tensor("y", shape, dtype, **back)
    writer.operator("QUANTIZE", [source], first)
    writer.operator("ADD", [first, first], second, "AddOptions")
    writer.operator("DEQUANTIZE" if dtype == "float32" else "QUANTIZE", [second], result)
    return OperatorModel(f"edges {name}", writer.write([source], [result]), ((shape, dtype),))


QUANTIZATIONS = [
    *(single(f"quantize {place}", "QUANTIZE", (3, 90), (3, 90), x=x, y=y)
      for place, (x, y) in enumerate(
          [((0.1, 3), (0.1, -3)), ((0.1, 3), (0.031, 40)), ((0.02, -128), (0.3, 127)),
           ((1.0, 0), (1e-3, 0)), ((1e-3, 9), (1.0, -9))])),
    edges("float", "float32", X, Y),
    edges("int8", "int8", (0.033, 100), (0.2, -90)),
    edges("uint8", "uint8", (0.033, 128), (0.2, 12)),
    edges("uint8 of equal scale", "uint8", (0.07, 125), (0.11, 133)),
]  # fmt: skip


def branches() -> OperatorModel:
    """Two inputs of which one is read twice, two outputs of which one is read on."""
    writer, shape = ModelWriter(), (1, 6, 6, 2)
    first = activation(writer, "first", shape, X)
    second = activation(writer, "second", shape, Y)
    total = activation(writer, "total", shape, (0.1, 8))
    pooled = activation(writer, "pooled", (1, 3, 3, 2), (0.1, 8))
    writer.operator("ADD", [first, second], total, "AddOptions")
    writer.operator(
        "MAX_POOL_2D", [total], pooled, "Pool2DOptions", Padding=VALID, StrideH=2, StrideW=2,
        FilterHeight=2, FilterWidth=2,
    )  # fmt: skip
    content = writer.write([first, second], [pooled, total])
    return OperatorModel("branches", content, ((shape, "int8"),) * 2, outputs=2)


def network() -> OperatorModel:
    """PAD, CONV_2D, channels-first and back, MEAN, FULLY_CONNECTED, SOFTMAX: passes have work."""
    rng, writer = generator("network"), ModelWriter()
    x = activation(writer, "x", (1, 8, 8, 2), X)
    padded = activation(writer, "padded", (1, 10, 10, 2), X)
    margins = writer.constant("margins", np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
    weight = writer.constant(
        "weight", rng.integers(-127, 128, (4, 3, 3, 2)).astype(np.int8),
        scales=[0.01, 0.02, 0.015, 0.03],
    )  # fmt: skip
    bias = writer.constant("bias", integers(100, -200, 300, 0))
    convolved = activation(writer, "convolved", (1, 8, 8, 4), (0.3, -128))
    first = activation(writer, "first", (1, 4, 8, 8), (0.3, -128))
    clamped = activation(writer, "clamped", (1, 4, 8, 8), (0.05, -128))
    last = activation(writer, "last", (1, 8, 8, 4), (0.05, -128))
    averaged = activation(writer, "averaged", (1, 4), (0.04, -120))
    dense_weight = writer.constant(
        "dense_weight", rng.integers(-127, 128, (3, 4)).astype(np.int8), scales=0.05
    )
    scores = activation(writer, "scores", (1, 3), (0.1, 10))
    shares = activation(writer, "shares", (1, 3), SOFTMAX_Y)
    writer.operator("PAD", [x, margins], padded)
    writer.operator(
        "CONV_2D",
        [padded, weight, bias],
        convolved,
        "Conv2DOptions",
        **(_WINDOW | {"Padding": VALID}),
    )
    to_first = writer.constant("to_first", integers(0, 3, 1, 2))
    to_last = writer.constant("to_last", integers(0, 2, 3, 1))
    axes = writer.constant("axes", integers(1, 2))
    writer.operator("TRANSPOSE", [convolved, to_first], first)
    writer.operator("RELU", [first], clamped)
    writer.operator("TRANSPOSE", [clamped, to_last], last)
    writer.operator("MEAN", [last, axes], averaged, "ReducerOptions", KeepDims=False)
    writer.operator("FULLY_CONNECTED", [averaged, dense_weight, -1], scores,
                    "FullyConnectedOptions")  # fmt: skip
    writer.operator("SOFTMAX", [scores], shares, "SoftmaxOptions", Beta=1.0)
    content = writer.write([x], [shares])
    return OperatorModel("network", content, (((1, 8, 8, 2), "int8"),), rounds_once=True)


MODELS: list[OperatorModel] = [
    *CONVOLUTIONS,
    *DENSE,
    *ADDITIONS,
    *PRODUCTS,
    *DIFFERENCES,
    *OTHERS_OF_TWO,
    *PRELUS,
    *COMPARISONS,
    *SELECTIONS,
    *POOLS,
    *MEANS,
    *SOFTMAXES,
    *ACTIVATIONS,
    *FUNCTIONS,
    *MOVEMENTS,
    padv2(),
    *QUANTIZATIONS,
    branches(),
    network(),
]
