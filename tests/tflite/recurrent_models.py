"""Small models for the corner cases of TensorFlow Lite's operators that keep a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from model_writer import ModelWriter
from operator_models import OperatorModel, Quantization, X, activation, generator

TANH = 4
"""Of the schema's ActivationFunctionType."""

Change = Callable[[ModelWriter], None]
"""Of a model that is complete, before it is written."""


def as_it_is(writer: ModelWriter) -> None:
    pass


def variable(
    writer: ModelWriter, name: str, shape: tuple[int, ...], quantization: Quantization, dtype: str
) -> int:
    scale, zero_point = quantization
    return writer.tensor(name, shape, dtype, scale, zero_point, variable=True)


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
    change: Change = as_it_is,
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
    change(writer)
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


GATES = ("input", "forget", "cell", "output")
BIASES: dict[str, tuple[str, int]] = {"int8": ("int32", 5_000), "int16": ("int64", 5_000_000)}
"""Type of input and hidden values -> type of the biases, and what they stay below."""


def lstm(
    name: str,
    features: int,
    units: int,
    *,
    batches: int = 1,
    steps: int = 4,
    time_major: bool = False,
    x: Quantization = X,
    hidden: Quantization = (1 / 128, 0),
    cell_scale: float = 2.0**-12,
    weight_scale: float = 0.01,
    clip: float = 10.0,
    inputs: int = 24,
    layers: int = 1,
    dtype: str = "int8",
    change: Change = as_it_is,
    **options: Any,
) -> OperatorModel:
    """``layers`` UNIDIRECTIONAL_SEQUENCE_LSTM in a row."""
    rng, writer = generator(name), ModelWriter()
    leading = (steps, batches) if time_major else (batches, steps)
    value = first = activation(writer, "x", (*leading, features), x, dtype=dtype)
    bias_dtype, bias = BIASES[dtype]
    for layer in range(layers):
        width = features if layer == 0 else units
        scales = [weight_scale * (1 + gate / 8) for gate in range(8)]
        shapes = [(units, width)] * 4 + [(units, units)] * 4
        matrices = [
            weights(writer, rng, f"weight_{layer}_{place}", shape, scale)
            for place, (shape, scale) in enumerate(zip(shapes, scales, strict=True))
        ]
        biases = [
            writer.constant(
                f"bias_{layer}_{gate}",
                rng.integers(-bias, bias, units).astype(bias_dtype),
                scales=x[0] * scales[place],
            )
            for place, gate in enumerate(GATES)
        ]
        states = [
            variable(writer, f"hidden_{layer}", (batches, units), hidden, dtype),
            variable(writer, f"cell_{layer}", (batches, units), (cell_scale, 0), "int16"),
        ]
        operands = [value, *matrices, *[-1] * 3, *biases, -1, -1, *states, *[-1] * 4]
        value = activation(writer, f"y_{layer}", (*leading, units), hidden, dtype=dtype)
        writer.operator(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            operands[:inputs],
            value,
            "UnidirectionalSequenceLSTMOptions",
            **({"FusedActivationFunction": TANH, "CellClip": clip, "TimeMajor": time_major}
               | options),
        )  # fmt: skip
        x = hidden
    change(writer)
    content = writer.write([first], [value])
    given = (((*leading, features), dtype),)
    return OperatorModel(f"lstm {name}", content, given, micro=inputs == 24, litert=False)


LSTMS = [
    lstm("plain", 10, 6),
    lstm("1 step", 20, 12, steps=1),
    lstm("batches", 7, 5, batches=3),
    lstm("time major", 7, 5, batches=3, time_major=True),
    lstm("1 unit", 3, 1, steps=9),
    lstm("zero points", 7, 5, x=(0.02, -128), hidden=(1 / 120, 17)),
    lstm("other zero points", 7, 5, x=(0.02, 127), hidden=(1 / 64, -128)),
    lstm("gates saturate", 10, 6, weight_scale=0.3),
    lstm("small gates", 10, 6, weight_scale=0.0004),
    lstm("hidden saturates", 10, 6, hidden=(1 / 900, 3), weight_scale=0.1),
    *(lstm(f"cell scale 2^{power}", 10, 6, cell_scale=2.0**power, weight_scale=0.1, steps=12)
      for power in (-15, -14, -11, -10, -8)),
    lstm("cell scale near a power of two", 10, 6, cell_scale=2.0**-12 * 1.0003),
    *(lstm(f"clip {clip}", 10, 6, clip=clip, weight_scale=0.1, steps=12)
      for clip in (0.0, -1.0, 0.5, 1e-9, 3.0, 1e30)),
    lstm("2 layers", 6, 5, layers=2, hidden=(1 / 127, 4)),
    lstm("without layer normalization", 10, 6, inputs=20),
]  # fmt: skip


def wide_lstm(name: str, features: int, units: int, **fields: Any) -> OperatorModel:
    """int16 activations and weights of int8, as converters write them for 16x8 quantization."""
    usual: dict[str, Any] = {"x": (1 / 8192, 0), "hidden": (1 / 32768, 0), "dtype": "int16"}
    return lstm(f"int16 {name}", features, units, **(usual | fields))


WIDE_LSTMS = [
    wide_lstm("plain", 10, 6),
    wide_lstm("1 step", 20, 12, steps=1),
    wide_lstm("batches", 7, 5, batches=3),
    wide_lstm("time major", 7, 5, batches=3, time_major=True),
    wide_lstm("1 unit", 3, 1, steps=9),
    wide_lstm("many features", 600, 3, weight_scale=0.001),
    wide_lstm("gates saturate", 10, 6, x=(0.02, 0), weight_scale=0.3),
    wide_lstm("the largest shift", 3, 2, x=(1 / 128, 0), weight_scale=1.5),
    wide_lstm("small gates", 10, 6, weight_scale=0.0004),
    wide_lstm("tiny gates", 10, 6, x=(1e-7, 0), weight_scale=1e-6),
    wide_lstm("hidden saturates", 10, 6, hidden=(1 / 90000, 0), weight_scale=0.1),
    *(wide_lstm(f"cell scale 2^{power}", 10, 6, cell_scale=2.0**power, weight_scale=0.1, steps=12)
      for power in (-15, -11, -9)),
    *(wide_lstm(f"clip {clip}", 10, 6, clip=clip, weight_scale=0.1, steps=12)
      for clip in (0.0, 0.5, 1e30)),
    wide_lstm("2 layers", 6, 5, layers=2),
]  # fmt: skip

MODELS: list[OperatorModel] = [*SVDFS, *LSTMS, *WIDE_LSTMS]
