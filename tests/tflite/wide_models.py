"""Small models with integers of 16 and 32 bits at their edges."""

from __future__ import annotations

from model_writer import ModelWriter
from operator_models import OperatorModel, Quantization, activation

SHAPE = (3, 50)
SCALES = {"int8": 0.1, "int16": 0.0004, "int32": 1e-8}


def quantize(
    name: str, input: str, output: str, x: Quantization | None = None, y: Quantization | None = None
) -> OperatorModel:
    """QUANTIZE from one type of integers to another."""
    writer = ModelWriter()
    tensors = [
        writer.tensor(tensor, SHAPE, dtype, *(given or (SCALES[dtype], 0)))
        for tensor, dtype, given in (("x", input, x), ("y", output, y))
    ]
    writer.operator("QUANTIZE", tensors[:1], tensors[1], "QuantizeOptions")
    content = writer.write(tensors[:1], tensors[1:])
    given = ((SHAPE, input),)
    return OperatorModel(f"quantize {name}", content, given, litert=False)


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


MODELS: list[OperatorModel] = [
    quantize("int16 to int8", "int16", "int8"),
    quantize("int16 to int8, zero points", "int16", "int8", (0.0004, -700), (0.03, 100)),
    quantize("int16 to int8 of one scale", "int16", "int8", (0.1, 0), (0.1, 0)),
    quantize("int16 to int16", "int16", "int16", (0.0004, 3), (0.0005, -32768)),
    quantize("int16 to int32", "int16", "int32"),
    quantize("int8 to int16", "int8", "int16", (0.1, 3), (0.0004, 0)),
    quantize("int8 to int32", "int8", "int32", (0.1, -128), (1e-6, 5)),
    quantize("int32 to int8", "int32", "int8", (0.03, 0), (0.1, -4)),
    quantize("int32 to int16", "int32", "int16", (0.03, 0), (0.0004, 9)),
    softmax("int16", (5, 12), 0.05),
    softmax("int16 of one", (2, 1), 0.05),
    softmax("int16, many", (1, 200), 0.02),
    softmax("int16 with a large scale", (3, 40), 4.0),
]
