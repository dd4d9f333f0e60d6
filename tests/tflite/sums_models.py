"""Small models of matrix products, transposed convolutions, norms, reductions and resizing."""

from __future__ import annotations

from typing import Any

from model_writer import ModelWriter
from operator_models import OperatorModel, Quantization, Shape, X, activation, generator

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

MODELS = [*PRODUCTS]
