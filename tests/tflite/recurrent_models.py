"""Small models for the corner cases of TensorFlow Lite's operators that keep a state."""

from __future__ import annotations

import numpy as np
from model_writer import ModelWriter
from operator_models import OperatorModel, Quantization, X, activation, generator


def variable(
    writer: ModelWriter, name: str, shape: tuple[int, ...], quantization: Quantization, dtype: str
) -> int:
    scale, zero_point = quantization
    return writer.tensor(
        name, shape, dtype, scales=scale, zero_points=zero_point, variable=True
    )  # fmt: skip


def weights(
    writer: ModelWriter, rng: np.random.Generator, name: str, shape: tuple[int, ...], scale: float
) -> int:
    return writer.constant(name, rng.integers(-127, 128, shape).astype(np.int8), scales=scale)


def svdf(
    name: str,
    features: int,
    units: int,
    memory: int,
    *,
    batches: int = 1,
    rank: int = 1,
    dtype: str = "int8",
    x: Quantization = X,
    y: Quantization = (0.1, -128),
    state: Quantization = (0.3, -20),
    layers: int = 1,
    code: int = 1,
) -> OperatorModel:
    """``layers`` SVDF in a row, each with as many units as inputs if there are several."""
    rng, writer = generator(name), ModelWriter()
    value = first = activation(writer, "x", (batches, features), x)
    for layer in range(layers):
        filters, time_scale = units * rank, 0.01 if dtype == "int8" else 0.0001
        time = rng.integers(*(np.iinfo(dtype).min, np.iinfo(dtype).max), (filters, memory))
        bias = rng.integers(-200, 200, units).astype(np.int32)
        operands = [
            value,
            weights(writer, rng, f"feature_{layer}", (filters, features), 0.011),
            writer.constant(f"time_{layer}", time.astype(dtype), scales=time_scale),
            writer.constant(f"bias_{layer}", bias, scales=state[0] * time_scale),
            variable(writer, f"state_{layer}", (batches, filters * memory), state, dtype),
        ]
        value = activation(writer, f"y_{layer}", (batches, units), y)
        writer.operator(
            "SVDF", operands, value, "SVDFOptions", Rank=rank, FusedActivationFunction=code
        )
    content = writer.write([first], [value])
    return OperatorModel(f"svdf {name}", content, (((batches, features), "int8"),), litert=False)


SVDFS = [
    svdf("plain", 10, 6, 5),
    svdf("rank 3 of 2 batches", 7, 4, 3, batches=2, rank=3),
    svdf("without memory", 5, 4, 1),
    svdf("features wrap", 20, 6, 4, state=(0.05, 100)),
    svdf("results above and below", 10, 6, 5, y=(0.01, 7), code=0),
    svdf("fused activation has no effect", 10, 6, 5, y=(0.1, 7)),
    svdf("int16", 10, 6, 5, dtype="int16", state=(0.001, 0)),
    svdf("int16 of 2 batches", 6, 6, 4, batches=2, rank=2, dtype="int16", state=(0.0001, 0)),
    svdf("3 layers", 8, 8, 4, layers=3, y=X),
]


MODELS: list[OperatorModel] = [*SVDFS]
