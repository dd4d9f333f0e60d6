"""Small models of matrix products, transposed convolutions, norms, reductions and resizing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from model_writer import ModelWriter
from operator_models import (
    RELU,
    SAME,
    VALID,
    OperatorModel,
    Quantization,
    Shape,
    X,
    activation,
    generator,
    single,
)

Y = (0.02, -60)


def product(
    name: str,
    input: Shape,
    other: Shape,
    output: Shape,
    *,
    scales: tuple[Quantization, Quantization, Quantization] = (X, Y, (0.05, 9)),
    constant: bool = False,
    micro: bool = True,
    litert: bool = True,
    **options: Any,
) -> OperatorModel:
    """BATCH_MATMUL of two inputs, or of one and a constant on the right."""
    rng, writer = generator(name), ModelWriter()
    data = rng.integers(-128, 128, other).astype("int8") if constant else None
    first = activation(writer, "x0", input, scales[0])
    second = activation(writer, "x1", other, scales[1], data=data)
    result = activation(writer, "y", output, scales[2])
    writer.operator("BATCH_MATMUL", [first, second], result, "BatchMatMulOptions", **options)
    given = [first] if constant else [first, second]
    inputs = tuple((shape, "int8") for shape in (input, other)[: len(given)])
    content = writer.write(given, [result])
    return OperatorModel(f"product {name}", content, inputs, micro=micro, litert=litert)


PRODUCTS = [
    product("plain", (1, 5, 12), (1, 12, 7), (1, 5, 7)),
    product("rank 2", (5, 12), (12, 7), (5, 7)),
    product("batches", (3, 5, 12), (3, 12, 7), (3, 5, 7)),
    product("other transposed", (3, 5, 12), (3, 7, 12), (3, 5, 7), AdjY=True),
    product("input transposed", (3, 12, 5), (3, 12, 7), (3, 5, 7), AdjX=True),
    product("both transposed", (2, 12, 5), (2, 7, 12), (2, 5, 7), AdjX=True, AdjY=True),
    product("heads", (1, 2, 6, 8), (1, 2, 6, 8), (1, 2, 6, 6), AdjY=True),
    product("other broadcast", (3, 5, 12), (1, 12, 7), (3, 5, 7)),
    product("input broadcast", (1, 5, 12), (3, 12, 7), (3, 5, 7)),
    product("lower rank", (2, 3, 5, 12), (3, 12, 7), (2, 3, 5, 7)),
    product("constant", (3, 5, 12), (3, 12, 7), (3, 5, 7), constant=True),
    product("constant matrix", (3, 5, 12), (12, 7), (3, 5, 7), constant=True),
    product("one row", (1, 1, 40), (1, 40, 3), (1, 1, 3)),
    product("saturates", (1, 9, 12), (1, 12, 7), (1, 9, 7), scales=(X, Y, (0.001, 9))),
    product("zero points at the ends", (1, 9, 12), (1, 12, 7), (1, 9, 7),
            scales=((0.05, -128), (0.02, 127), (0.06, -128))),
    *(product(f"scales {place}", (1, 9, 40), (1, 40, 9), (1, 9, 9),
              scales=((0.1 * place + 0.013, 4), (0.0731 / place, -5), (0.37, 1)))
      for place in range(1, 7)),
]  # fmt: skip


def transposed(
    name: str,
    input: Shape,
    weight: Shape,
    output: Shape,
    *,
    bias: bool = True,
    per_channel: bool = True,
    signs: tuple[int, ...] = (1,),
    x: Quantization = X,
    y: Quantization = (0.1, 4),
    litert: bool = True,
    **options: Any,
) -> OperatorModel:
    """A transposed convolution; ``signs`` of the channels' scales, over and over."""
    rng, writer = generator(name), ModelWriter()
    channels = weight[0]
    count = channels if per_channel else 1
    scales = rng.uniform(0.005, 0.02, count).astype(np.float32) * np.resize(signs, count)
    source = activation(writer, "x", input, x)
    data = rng.integers(-127, 128, weight).astype(np.int8)
    operands = [
        writer.constant("output_shape", np.array(output, np.int32)),
        writer.constant("weight", data, scales=scales.tolist(), axis=0),
        source,
    ]
    if bias:
        sums = rng.integers(-3000, 3000, channels).astype(np.int32)
        operands.append(writer.constant("bias", sums, scales=(scales * x[0]).tolist()))
    result = activation(writer, "y", output, y)
    options = {"Padding": SAME, "StrideH": 2, "StrideW": 2} | options
    writer.operator("TRANSPOSE_CONV", operands, result, "TransposeConvOptions", **options)
    content = writer.write([source], [result])
    return OperatorModel(f"transposed {name}", content, ((input, "int8"),), litert=litert)


TRANSPOSED = [
    transposed("2x2", (1, 4, 5, 6), (4, 2, 2, 6), (1, 8, 10, 4)),
    transposed("3x3", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4)),
    transposed("4x4", (1, 4, 5, 6), (4, 4, 4, 6), (1, 8, 10, 4)),
    transposed("valid", (1, 4, 5, 6), (4, 3, 3, 6), (1, 9, 11, 4), Padding=VALID),
    transposed("valid larger", (1, 4, 5, 6), (4, 3, 3, 6), (1, 10, 12, 4), Padding=VALID),
    transposed("odd output", (1, 4, 5, 6), (4, 3, 3, 6), (1, 7, 9, 4)),
    transposed("stride beyond kernel", (1, 3, 4, 2), (3, 2, 1, 2), (1, 9, 12, 3),
               StrideH=3, StrideW=3),
    transposed("stride 1", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), StrideH=1, StrideW=1),
    transposed("stride 3 by 1", (1, 4, 5, 3), (4, 3, 3, 3), (1, 12, 5, 4), StrideH=3, StrideW=1),
    transposed("batch 2", (2, 4, 5, 3), (4, 3, 3, 3), (2, 8, 10, 4)),
    transposed("one dimension", (1, 1, 9, 3), (4, 1, 4, 3), (1, 1, 18, 4), StrideH=1),
    transposed("no bias", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4), bias=False),
    transposed("per tensor", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4), per_channel=False),
    transposed("saturates", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4), y=(0.001, 4)),
    transposed("ends", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4), x=(0.05, -128), y=(0.1, 127)),
    transposed("relu", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4), FusedActivationFunction=RELU),
    transposed("scales of any sign", (1, 4, 5, 6), (5, 3, 3, 6), (1, 8, 10, 5), signs=(1, -1, 0)),
]  # fmt: skip


def reduction(
    kind: str, name: str, input: Shape, axes: tuple[int, ...], output: Shape, **fields: Any
) -> OperatorModel:
    """LiteRT computes SUM with other roundings than TFLite-Micro."""
    model = single(
        f"{kind} {name}", kind, input, output, constants=[np.array(axes, np.int32)],
        options_type="ReducerOptions", **fields,
    )  # fmt: skip
    return replace(model, litert=kind != "SUM")


def place(kind: str, input: Shape, axis: int, output: Shape, dtype: str) -> OperatorModel:
    writer = ModelWriter()
    x = activation(writer, "x", input, X)
    index = writer.constant("axis", np.array([axis], np.int32))
    y = writer.tensor("y", output, dtype)
    options = f"Arg{kind[4:].title()}Options"
    writer.operator(kind, [x, index], y, options, OutputType=OUTPUT_TYPES[dtype])
    return OperatorModel(f"{kind} {input} {axis} {dtype}", writer.write([x], [y]),
                         ((input, "int8"),), micro=dtype == "int32")  # fmt: skip


OUTPUT_TYPES = {"int32": 2, "int64": 4}

PLACES: list[tuple[Shape, int, Shape, str]] = [
    ((4, 10), 1, (4,), "int32"),
    ((4, 10), -1, (4,), "int32"),
    ((2, 5, 6, 3), 1, (2, 6, 3), "int32"),
    ((2, 5, 6, 3), 3, (2, 5, 6), "int64"),
    ((9,), 0, (), "int32"),
]


def running_sums() -> Iterator[OperatorModel]:
    """LiteRT has none of int8."""
    shape = (2, 5, 6)
    for axis, exclusive, reverse in ((1, 0, 0), (-1, 1, 0), (0, 0, 1), (2, 1, 1)):
        for x in ((0.05, 0), X, (0.05, -128)):
            model = single(
                f"cumsum {axis} {exclusive} {reverse} {x}", "CUMSUM", shape, shape, x=x, y=(0.2, 5),
                constants=[np.array([axis], np.int32)], options_type="CumsumOptions",
                Exclusive=exclusive, Reverse=reverse,
            )  # fmt: skip
            yield replace(model, litert=False)


REDUCTIONS = [
    reduction("MEAN", "distant", (2, 5, 6, 4), (0, 2), (5, 4)),
    reduction("MEAN", "distant kept", (2, 5, 6, 4), (1, 3), (2, 1, 6, 1), KeepDims=True),
    *(
        model
        for kind, y in (("SUM", (0.4, 7)), ("REDUCE_MAX", X), ("REDUCE_MIN", X))
        for model in (
            reduction(kind, "space", (1, 5, 6, 4), (1, 2), (1, 4), y=y),
            reduction(kind, "space kept", (1, 5, 6, 4), (1, 2), (1, 1, 1, 4), y=y, KeepDims=True),
            reduction(kind, "last", (3, 5, 7), (-1,), (3, 5), y=y),
            reduction(kind, "first", (3, 5, 7), (0,), (5, 7), y=y),
            reduction(kind, "distant", (2, 5, 6, 4), (1, 3), (2, 6), y=y),
            reduction(kind, "everything", (1, 5, 6, 4), (0, 1, 2, 3), (1, 1, 1, 1), y=y,
                      KeepDims=True),
            reduction(kind, "one element", (1, 1, 1, 9), (1, 2), (1, 9), y=y),
        )
    ),
    reduction("SUM", "finer", (1, 5, 6, 4), (1, 2), (1, 4), y=(0.01, 7)),
    reduction("SUM", "same quantization", (1, 5, 6, 4), (1,), (1, 6, 4), y=X),
    *(
        place(kind, *arguments)
        for kind in ("ARG_MAX", "ARG_MIN")
        for arguments in PLACES
    ),
    *running_sums(),
]  # fmt: skip


def resize(name: str, input: Shape, size: tuple[int, int], **options: Any) -> OperatorModel:
    output = (input[0], *size, input[3])
    return single(
        f"resize {name}", "RESIZE_BILINEAR", input, output, x=X, y=X,
        constants=[np.array(size, np.int32)], options_type="ResizeBilinearOptions", **options,
    )  # fmt: skip


RESIZED = [
    resize(f"{input} {size} {sorted(options)}", input, size, **options)
    for input, size in (
        ((1, 4, 5, 3), (8, 10)), ((1, 4, 5, 3), (7, 13)), ((2, 9, 8, 3), (4, 3)),
        ((1, 4, 5, 3), (4, 5)), ((1, 4, 5, 3), (1, 1)), ((1, 1, 1, 4), (3, 5)),
        ((1, 3, 3, 2), (40, 33)),
    )
    for options in ({}, {"AlignCorners": True}, {"HalfPixelCenters": True})
]  # fmt: skip


def unit_length(name: str, shape: Shape, x: Quantization = X) -> OperatorModel:
    return single(
        f"unit length {name}", "L2_NORMALIZATION", shape, shape, x=x, y=(1 / 128, 0),
        options_type="L2NormOptions",
    )  # fmt: skip


LENGTHS = [
    unit_length("row", (1, 20)),
    unit_length("rank 4", (1, 3, 4, 5)),
    unit_length("1 element", (9, 1)),
    unit_length("2 elements", (60, 2), (0.05, 0)),
    unit_length("ends", (3, 9), (0.05, -128)),
    unit_length("other end", (3, 9), (0.05, 127)),
    unit_length("long", (2, 900)),
]

MODELS: list[OperatorModel] = [*LENGTHS, *RESIZED, *REDUCTIONS, *PRODUCTS, *TRANSPOSED]
