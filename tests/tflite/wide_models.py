"""Small models with results of int16 in their middle."""

from __future__ import annotations

from model_writer import ModelWriter
from operator_models import OperatorModel, activation


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
    softmax("int16", (5, 12), 0.05),
    softmax("int16 of one", (2, 1), 0.05),
    softmax("int16, many", (1, 200), 0.02),
    softmax("int16 with a large scale", (3, 40), 4.0),
]
