"""Small models of int16 activations: all through, or as results in the middle."""

from __future__ import annotations

from typing import Any

import numpy as np
from model_writer import ModelWriter
from operator_models import (
    NONE,
    RELU,
    RELU6,
    SAME,
    VALID,
    OperatorModel,
    Quantization,
    Shape,
    activation,
    generator,
)

X, Y = (0.0003, 0), (0.0005, 0)
Q15 = (2.0**-15, 0)


def softmax(name: str, shape: tuple[int, ...], scale: float) -> OperatorModel:
    """int16 results, and then the same in int32."""
    writer = ModelWriter()
    x = activation(writer, "x", shape, (scale, 3))
    shares = writer.tensor("shares", shape, "int16", 1 / 65536, -32768)
    y = writer.tensor("y", shape, "int32", 1 / 65536, 0)
    writer.operator("SOFTMAX", [x], shares, "SoftmaxOptions", Beta=1.0)
    writer.operator("QUANTIZE", [shares], y, "QuantizeOptions")
    content = writer.write([x], [shares, y])
    return OperatorModel(f"softmax {name}", content, ((shape, "int8"),), outputs=2, litert=False)


def wide(writer: ModelWriter, name: str, shape: Shape, quantization: Quantization) -> int:
    return activation(writer, name, shape, quantization, dtype="int16")


def of_one(
    name: str,
    operator: str,
    input: Shape,
    output: Shape,
    *,
    x: Quantization = X,
    y: Quantization = X,
    constants: tuple[np.ndarray, ...] = (),
    options_type: str | None = None,
    litert: bool = True,
    **options: Any,
) -> OperatorModel:
    """One operator with an input, constants that are not quantized, and an output."""
    writer = ModelWriter()
    source = wide(writer, "x", input, x)
    others = [writer.constant(f"constant_{i}", data) for i, data in enumerate(constants)]
    result = wide(writer, "y", output, y)
    writer.operator(operator, [source, *others], result, options_type, **options)
    content = writer.write([source], [result])
    return OperatorModel(f"int16 {name}", content, ((input, "int16"),), litert=litert)


def of_two(
    operator: str,
    name: str,
    input: Shape,
    other: Shape,
    output: Shape,
    *,
    scales: tuple[float, float, float] = (0.0003, 0.0002, 0.0004),
    function: int = NONE,
    litert: bool = True,
) -> OperatorModel:
    """ADD, SUB or MUL."""
    writer = ModelWriter()
    operands = [
        wide(writer, "x0", input, (scales[0], 0)),
        wide(writer, "x1", other, (scales[1], 0)),
    ]
    result = wide(writer, "y", output, (scales[2], 0))
    fields = {"FusedActivationFunction": function}
    writer.operator(operator, operands, result, f"{operator.title()}Options", **fields)
    content = writer.write(operands, [result])
    inputs = ((input, "int16"), (other, "int16"))
    return OperatorModel(f"int16 {operator.lower()} {name}", content, inputs, litert=litert)


def weighted(
    operator: str,
    name: str,
    input: Shape,
    weight: Shape,
    output: Shape,
    *,
    axis: int = 0,
    per_channel: bool = True,
    bias: str = "int64",
    scale: float = 0.001,
    options_type: str,
    litert: bool = True,
    **options: Any,
) -> OperatorModel:
    """A sum of int8 weights; ``bias`` is its type, or "" without one."""
    rng, writer = generator(f"int16 {operator} {name}"), ModelWriter()
    scales = rng.uniform(0.005, 0.02, weight[axis] if per_channel else 1).astype(np.float32)
    source = wide(writer, "x", input, X)
    data = rng.integers(-127, 128, weight).astype(np.int8)
    taps = writer.constant("weight", data, scales=scales.tolist(), axis=axis)
    operands = [source, taps]
    if operator == "TRANSPOSE_CONV":
        shape = writer.constant("output_shape", np.array(output, np.int32))
        operands = [shape, taps, source]
    if bias:
        sums = rng.integers(-300000, 300000, weight[axis]).astype(bias)
        bias_scales = (scales * np.float32(X[0])).tolist()
        operands.append(writer.constant("bias", sums, scales=bias_scales))
    result = wide(writer, "y", output, (scale, 0))
    writer.operator(operator, operands, result, options_type, **options)
    content = writer.write([source], [result])
    title = f"int16 {operator.lower()} {name}"
    return OperatorModel(title, content, ((input, "int16"),), litert=litert)


def conv(name: str, input: Shape, weight: Shape, output: Shape, **fields: Any) -> OperatorModel:
    window: dict[str, Any] = {"Padding": SAME, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1,
              "DilationWFactor": 1, "options_type": "Conv2DOptions"}  # fmt: skip
    return weighted("CONV_2D", name, input, weight, output, **(window | fields))


def depthwise(
    name: str, input: Shape, weight: Shape, output: Shape, **fields: Any
) -> OperatorModel:
    window: dict[str, Any] = {"Padding": SAME, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1,
              "DilationWFactor": 1, "options_type": "DepthwiseConv2DOptions",
              "DepthMultiplier": weight[3] // input[3]}  # fmt: skip
    return weighted("DEPTHWISE_CONV_2D", name, input, weight, output, axis=3, **(window | fields))


def transposed(
    name: str, input: Shape, weight: Shape, output: Shape, **fields: Any
) -> OperatorModel:
    window: dict[str, Any] = {"Padding": SAME, "StrideH": 2, "StrideW": 2}
    options: dict[str, Any] = window | {"options_type": "TransposeConvOptions"} | fields
    return weighted("TRANSPOSE_CONV", name, input, weight, output, **options)


def dense(name: str, input: Shape, weight: Shape, output: Shape, **fields: Any) -> OperatorModel:
    options: dict[str, Any] = {
        "options_type": "FullyConnectedOptions",
        "per_channel": False,
    } | fields
    return weighted("FULLY_CONNECTED", name, input, weight, output, **options)


def leaky(place: int, alpha: float, x: float, y: float) -> OperatorModel:
    """TFLite-Micro multiplies and divides scales in double precision, LiteRT in single."""
    return of_one(
        f"leaky relu {place}", "LEAKY_RELU", (3, 400), (3, 400), x=(x, 0), y=(y, 0),
        options_type="LeakyReluOptions", Alpha=alpha, litert=False,
    )  # fmt: skip


def sigmoid(operator: str, place: int, scale: float, **fields: Any) -> OperatorModel:
    """With every input in four samples, nearly."""
    shape = (8, 2048)
    name = f"{operator.lower()} {place}"
    return of_one(name, operator, shape, shape, x=(scale, 0), y=Q15, **fields)


def padded(name: str, *before_and_after: tuple[int, int]) -> OperatorModel:
    shape = (1, 3, 4, 2)
    sides = np.array(before_and_after, np.int32)
    output = tuple(size + sum(side) for size, side in zip(shape, sides.tolist(), strict=True))
    return of_one(f"pad {name}", "PAD", shape, output, constants=(sides,))


def edges(name: str, shape: Shape, quantization: Quantization, litert: bool) -> OperatorModel:
    """float32 in, int16 and float32 out."""
    writer = ModelWriter()
    x = writer.tensor("x", shape, "float32")
    middle = wide(writer, "middle", shape, quantization)
    y = writer.tensor("y", shape, "float32")
    writer.operator("QUANTIZE", [x], middle, "QuantizeOptions")
    writer.operator("DEQUANTIZE", [middle], y, "DequantizeOptions")
    content = writer.write([x], [middle, y])
    return OperatorModel(
        f"int16 edges {name}", content, ((shape, "float32"),), outputs=2, litert=litert
    )


def pooled(
    kind: str, name: str, input: Shape, output: Shape, kernel: tuple[int, int], **fields: Any
) -> OperatorModel:
    """The stride is 1 unless given."""
    options = {"Padding": VALID, "StrideH": 1, "StrideW": 1} | fields
    options |= {"FilterHeight": kernel[0], "FilterWidth": kernel[1]}
    return of_one(f"{kind.lower()} pool {name}", f"{kind}_POOL_2D", input, output,
                  options_type="Pool2DOptions", **options)  # fmt: skip


def padded_pool(value: int) -> OperatorModel:
    """MAX_POOL_2D of what PADV2 has put around an image."""
    writer, sides = ModelWriter(), np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
    source, quantization = wide(writer, "x", (1, 6, 7, 3), X), {"scales": X[0], "zero_points": 0}
    border = writer.constant("border", np.array([value], np.int16), **quantization)
    around = wide(writer, "around", (1, 8, 9, 3), X)
    result = wide(writer, "y", (1, 7, 8, 3), X)
    writer.operator("PADV2", [source, writer.constant("sides", sides), border], around)
    options = {"Padding": VALID, "StrideH": 1, "StrideW": 1, "FilterHeight": 2, "FilterWidth": 2}
    writer.operator("MAX_POOL_2D", [around], result, "Pool2DOptions", **options)
    content = writer.write([source], [result])
    return OperatorModel(f"int16 pool in {value}", content, (((1, 6, 7, 3), "int16"),))


def wide_softmax(name: str, shape: Shape, scale: float, beta: float = 1.0) -> OperatorModel:
    """LiteRT multiplies scale and beta in single precision."""
    return of_one(f"softmax {name}", "SOFTMAX", shape, shape, x=(scale, 0), y=Q15,
                  options_type="SoftmaxOptions", Beta=beta, litert=beta == 1)  # fmt: skip


def product(
    name: str, input: Shape, other: Shape, output: Shape, *, scale: float = 0.001, **adjoint: bool
) -> OperatorModel:
    writer = ModelWriter()
    operands = [wide(writer, "x0", input, X), wide(writer, "x1", other, (0.0002, 0))]
    result = wide(writer, "y", output, (scale, 0))
    fields = {"AdjX": False, "AdjY": False} | adjoint
    writer.operator("BATCH_MATMUL", operands, result, "BatchMatMulOptions", **fields)
    content = writer.write(operands, [result])
    inputs = ((input, "int16"), (other, "int16"))
    return OperatorModel(f"int16 batch_matmul {name}", content, inputs, litert=False)


def reduced(
    operator: str, name: str, output: Shape, axes: list[int], keep: bool = False, **fields: Any
) -> OperatorModel:
    shape = (2, 5, 6, 3)
    return of_one(f"{operator.lower()} {name}", operator, shape, output,
                  constants=(np.array(axes, np.int32),), options_type="ReducerOptions",
                  KeepDims=keep, litert=False, **fields)  # fmt: skip


def extreme(operator: str, name: str, other: Shape) -> OperatorModel:
    writer = ModelWriter()
    shape = (1, 4, 5, 3)
    operands = [wide(writer, "x0", shape, X), wide(writer, "x1", other, X)]
    result = wide(writer, "y", shape, X)
    writer.operator(operator, operands, result, "MaximumMinimumOptions")
    content = writer.write(operands, [result])
    inputs = ((shape, "int16"), (other, "int16"))
    return OperatorModel(f"int16 {operator.lower()} {name}", content, inputs)


def prelu(name: str, slopes: Shape, scales: tuple[float, float, float]) -> OperatorModel:
    """With slopes of int8, as TFLite-Micro has them."""
    writer, shape = ModelWriter(), (1, 4, 5, 3)
    x, slope, y = ((scale, 0) for scale in scales)
    source = wide(writer, "x", shape, x)
    data = generator(name).integers(-128, 128, slopes).astype(np.int8)
    constant = activation(writer, "slope", slopes, slope, data=data)
    result = wide(writer, "y", shape, y)
    writer.operator("PRELU", [source, constant], result)
    content = writer.write([source], [result])
    return OperatorModel(f"int16 prelu {name}", content, ((shape, "int16"),), litert=False)


def transpose(name: str, shape: Shape, permutation: tuple[int, ...]) -> OperatorModel:
    output = tuple(shape[axis] for axis in permutation)
    order = np.array(permutation, np.int32)
    return of_one(f"transpose {name}", "TRANSPOSE", shape, output, constants=(order,),
                  options_type="TransposeOptions")  # fmt: skip


SOFTMAX = [
    softmax("int16", (5, 12), 0.05),
    softmax("int16 of one", (2, 1), 0.05),
    softmax("int16, many", (1, 200), 0.02),
    softmax("int16 with a large scale", (3, 40), 4.0),
]
SUMS = [
    conv("3x3", (1, 6, 5, 4), (8, 3, 3, 4), (1, 6, 5, 8)),
    conv("no bias", (1, 6, 5, 4), (3, 3, 3, 4), (1, 6, 5, 3), bias="", litert=False),
    conv("bias of int32", (1, 6, 5, 4), (3, 3, 3, 4), (1, 6, 5, 3), bias="int32", litert=False),
    conv("relu", (1, 6, 5, 4), (3, 1, 1, 4), (1, 6, 5, 3), FusedActivationFunction=RELU),
    conv("relu6", (1, 6, 5, 4), (3, 1, 1, 4), (1, 6, 5, 3), FusedActivationFunction=RELU6),
    conv("stride", (2, 9, 7, 3), (4, 3, 2, 3), (2, 4, 6, 4), Padding=VALID, StrideH=2),
    conv("dilation", (1, 9, 7, 3), (4, 3, 2, 3), (1, 9, 7, 4), DilationHFactor=2),
    conv("saturates", (1, 6, 5, 4), (8, 3, 3, 4), (1, 6, 5, 8), scale=0.00002),
    conv("large factor", (1, 4, 4, 4), (3, 1, 1, 4), (1, 4, 4, 3), scale=5e-8),
    depthwise("3x3", (1, 6, 5, 4), (1, 3, 3, 4), (1, 6, 5, 4)),
    depthwise("multiplier", (1, 6, 5, 3), (1, 3, 2, 6), (1, 6, 5, 6), bias=""),
    depthwise("stride", (2, 9, 7, 3), (1, 3, 3, 3), (2, 4, 3, 3),
              Padding=VALID, StrideH=2, StrideW=2, FusedActivationFunction=RELU),
    transposed("2x2", (1, 4, 5, 6), (4, 2, 2, 6), (1, 8, 10, 4)),
    transposed("3x3", (1, 4, 5, 6), (4, 3, 3, 6), (1, 8, 10, 4)),
    transposed("no bias", (1, 4, 5, 6), (4, 3, 3, 6), (1, 9, 11, 4), Padding=VALID, bias=""),
    dense("plain", (3, 40), (10, 40), (3, 10), litert=False),
    dense("bias of int32", (3, 40), (10, 40), (3, 10), bias="int32", litert=False),
    dense("no bias", (1, 40), (10, 40), (1, 10), bias="", litert=False),
    dense("relu", (2, 40), (10, 40), (2, 10), FusedActivationFunction=RELU, litert=False),
]  # fmt: skip
OTHERS = [
    of_two("ADD", "same", (2, 300), (2, 300), (2, 300)),
    of_two("ADD", "broadcast", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
    of_two("ADD", "relu", (2, 300), (2, 300), (2, 300), function=RELU),
    of_two("ADD", "saturates", (2, 300), (2, 300), (2, 300), scales=(0.0003, 0.01, 0.0001)),
    of_two("SUB", "same", (2, 300), (2, 300), (2, 300)),
    of_two("SUB", "broadcast", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
    of_two("SUB", "relu6", (2, 300), (2, 300), (2, 300), function=RELU6),
    of_two("MUL", "same", (2, 300), (2, 300), (2, 300), litert=False),
    of_two("MUL", "broadcast", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
    of_two("MUL", "saturates", (2, 300), (2, 300), (2, 300), scales=(0.03, 0.02, 0.004)),
    padded("places", (0, 0), (1, 2), (2, 0), (0, 0)),
    padded("channels", (0, 0), (1, 0), (0, 1), (1, 1)),
    *(leaky(i, *each) for i, each in enumerate([
        (0.2, 0.0003, 0.0003), (0.3, 0.0007, 0.0002), (0.01, 0.00011, 0.00031), (1.5, 0.01, 0.02),
        (0.0, 0.0003, 0.0004)])),
    *(sigmoid("LOGISTIC", i, scale) for i, scale in enumerate(
        [2.0**-12, 2.0**-11, 2.0**-13, 0.0003, 0.00001, 0.0021, 0.4])),
    *(sigmoid("TANH", i, scale) for i, scale in enumerate(
        [2.0**-12, 2.0**-11, 2.0**-13, 0.0003, 0.00001, 0.0021, 0.4])),
]  # fmt: skip
POOLS = [
    *(pooled(kind, name, *each) for kind in ("MAX", "AVERAGE") for name, each in {
        "2x2": ((2, 6, 6, 3), (2, 5, 5, 3), (2, 2)),
        "rows": ((1, 6, 7, 5), (1, 4, 7, 5), (3, 1)),
        "global": ((1, 7, 7, 9), (1, 1, 1, 9), (7, 7))}.items()),
    *(pooled(kind, f"same {size}", (1, 7, 8, 3), (1, 4, 4, 3), (size, size), Padding=SAME,
             StrideH=2, StrideW=2) for kind in ("MAX", "AVERAGE") for size in (2, 3)),
    *(pooled(kind, f"clamped {function}", (1, 6, 6, 3), (1, 5, 5, 3), (2, 2),
             FusedActivationFunction=function)
      for kind in ("MAX", "AVERAGE") for function in (RELU, RELU6)),
]  # fmt: skip
REDUCTIONS = [
    *(reduced(operator, *each) for operator in ("MEAN", "SUM") for each in (
        ("image", (2, 3), [1, 2]), ("kept", (2, 1, 1, 3), [1, 2], True),
        ("channels", (2, 5, 6), [3]), ("apart", (5, 3), [0, 2]),
        ("all", (1, 1, 1, 1), [0, 1, 2, 3], True))),
    *(reduced(operator, "scaled", (2, 3), [1, 2], x=(0.0007, 0), y=(0.0002, 0))
      for operator in ("MEAN", "SUM")),
]  # fmt: skip
MORE = [
    padded_pool(-32768),
    padded_pool(-128),
    edges("plain", (2, 40), (0.001, 0), litert=True),
    edges("coarse", (2, 40), (0.1, 0), litert=True),
    wide_softmax("rank 2", (4, 12), 0.0003),
    wide_softmax("long", (1, 500), 0.0001),
    wide_softmax("steep", (5, 12), 0.01),
    wide_softmax("flat", (5, 12), 0.000003),
    wide_softmax("beta", (2, 3, 12), 0.0004, 0.7),
    wide_softmax("one", (3, 1), 0.0004),
    product("plain", (5, 12), (12, 7), (5, 7)),
    product("batches", (2, 3, 4, 9), (2, 3, 9, 5), (2, 3, 4, 5)),
    product("broadcast", (2, 3, 4, 9), (1, 1, 9, 5), (2, 3, 4, 5)),
    product("transposed", (3, 9, 4), (3, 5, 9), (3, 4, 5), AdjX=True, AdjY=True),
    product("saturates", (5, 40), (40, 7), (5, 7), scale=1e-6),
    *(extreme(operator, name, other) for operator in ("MAXIMUM", "MINIMUM") for name, other in {
        "same": (1, 4, 5, 3), "channels": (3,), "one": (1,)}.items()),
    prelu("plain", (1, 1, 3), (0.0003, 0.004, 0.0003)),
    prelu("one", (1, 1, 1), (0.0003, 0.01, 0.0007)),
    prelu("saturates", (4, 5, 3), (0.01, 0.03, 0.0002)),
    transpose("matrix", (5, 7), (1, 0)),
    transpose("channels first", (1, 4, 5, 3), (0, 3, 1, 2)),
    transpose("reversed", (2, 3, 4, 5), (3, 2, 1, 0)),
]  # fmt: skip
MODELS: list[OperatorModel] = [*SOFTMAX, *SUMS, *OTHERS, *POOLS, *REDUCTIONS, *MORE]
