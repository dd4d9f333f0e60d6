"""Small models of QUANTIZE and DEQUANTIZE between all types that TFLite-Micro knows."""

from __future__ import annotations

from typing import Any

from model_writer import ModelWriter
from operator_models import OperatorModel, Quantization, integers

SHAPE = (3, 90)


def converted(
    operator: str, source: str, result: str, x: Quantization, y: Quantization | None, **fields: Any
) -> OperatorModel:
    writer = ModelWriter()
    given = writer.tensor("x", SHAPE, source, scales=x[0], zero_points=x[1])
    scaled = {} if y is None else {"scales": y[0], "zero_points": y[1]}
    output = writer.tensor("y", SHAPE, result, **scaled)
    writer.operator(operator, [given], output)
    name = f"{operator.lower()} {source} {x} to {result} {y}"
    return OperatorModel(name, writer.write([given], [output]), ((SHAPE, source),), **fields)


UINT8 = [
    converted("QUANTIZE", source, result, x, y)
    for source, result, x, y in (
        ("uint8", "int8", (0.1, 128), (0.1, 0)),
        ("uint8", "int8", (0.1, 0), (0.1, -128)),
        ("uint8", "int8", (0.02, 255), (0.031, 127)),
        ("int8", "uint8", (0.1, 0), (0.1, 128)),
        ("int8", "uint8", (0.1, -128), (0.03, 255)),
        ("int8", "uint8", (0.1, 127), (0.3, 0)),
    )
]

WIDER = [
    converted("QUANTIZE", source, result, x, y, litert=litert)
    for source, result, x, y, litert in (
        ("int8", "int16", (0.1, 3), (0.0004, 0), True),
        ("int8", "int16", (0.1, -128), (0.0001, 0), True),
        ("int8", "int16", (0.1, 127), (3.0, 0), True),
        ("int8", "int32", (0.1, 3), (1e-6, 0), False),
        ("int8", "int32", (0.1, -128), (0.7, 0), False),
        ("int16", "int8", (0.0004, 0), (0.1, 3), True),
        ("int16", "int8", (0.0004, 0), (0.01, -128), True),
        ("int16", "int8", (0.1, 0), (9.0, 127), True),
        ("int16", "int16", (0.0004, 0), (0.0003, 0), True),
        ("int16", "int32", (0.0004, 0), (1e-7, 0), True),
        ("int32", "int8", (1e-8, 0), (0.1, 3), True),
        ("int32", "int8", (0.1, 0), (0.11, -128), True),
        ("int32", "int16", (1e-8, 0), (0.0004, 0), True),
        ("int32", "int16", (0.1, 0), (0.2, 0), True),
    )
]

FLOATS = [
    converted("DEQUANTIZE", "uint8", "float32", (0.1, 128), None),
    converted("DEQUANTIZE", "uint8", "float32", (0.033, 0), None),
    converted("DEQUANTIZE", "uint8", "float32", (0.033, 255), None),
    converted("DEQUANTIZE", "int8", "float32", (0.033, 127), None),
]


def moved_floats() -> OperatorModel:
    """Floats at both edges that are moved before they are quantized and after they are not."""
    writer = ModelWriter()
    x = writer.tensor("x", (2, 12), "float32")
    shaped = writer.tensor("shaped", (1, 2, 4, 3), "float32")
    cut = writer.tensor("cut", (1, 2, 3, 3), "float32")
    quantized = writer.tensor("quantized", (1, 2, 3, 3), scales=0.05, zero_points=3)
    total = writer.tensor("total", (1, 2, 3, 3), scales=0.09, zero_points=-8)
    real = writer.tensor("real", (1, 2, 3, 3), "float32")
    joined = writer.tensor("joined", (1, 2, 6, 3), "float32")
    parts = [writer.tensor(f"part_{place}", (1, 1, 6, 3), "float32") for place in range(2)]
    shape = writer.constant("shape", integers(1, 2, 4, 3))
    begin, size = (
        writer.constant(name, integers(*each))
        for name, each in (("begin", (0, 0, 1, 0)), ("size", (1, 2, 3, 3)))
    )
    axis = writer.constant("axis", integers(1))
    writer.operator("RESHAPE", [x, shape], shaped, "ReshapeOptions", NewShape=[1, 2, 4, 3])
    writer.operator("SLICE", [shaped, begin, size], cut)
    writer.operator("QUANTIZE", [cut], quantized)
    writer.operator("ADD", [quantized, quantized], total, "AddOptions")
    writer.operator("DEQUANTIZE", [total], real)
    writer.operator("CONCATENATION", [real, cut], joined, "ConcatenationOptions", Axis=2)
    writer.operator("SPLIT", [axis, joined], parts, "SplitOptions", NumSplits=2)
    content = writer.write([x], parts)
    return OperatorModel("moved floats", content, (((2, 12), "float32"),), 2)


MODELS = [*UINT8, *WIDER, *FLOATS, moved_floats()]
