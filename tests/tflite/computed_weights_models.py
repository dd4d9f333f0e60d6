"""Small models of FULLY_CONNECTED whose weights are computed, with all their corner cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from model_writer import ModelWriter
from operator_models import RELU, OperatorModel, Quantization, Shape, X, activation


def product(
    name: str,
    input: Shape,
    weight: Shape,
    output: Shape,
    *,
    x: Quantization = X,
    w: Quantization = (0.02, 9),
    y: Quantization = (0.2, -7),
    bias: bool = False,
    **options: Any,
) -> OperatorModel:
    """``bias``: one of zeros."""
    writer = ModelWriter()
    given = [activation(writer, "x", input, x), activation(writer, "weight", weight, w)]
    zeros = [writer.constant("bias", np.zeros(weight[0], np.int32))] if bias else []
    result = activation(writer, "y", output, y)
    writer.operator("FULLY_CONNECTED", [*given, *zeros], result, "FullyConnectedOptions", **options)
    content = writer.write(given, [result])
    inputs = ((input, "int8"), (weight, "int8"))
    return OperatorModel(f"computed {name}", content, inputs, rounds_once=True)


MODELS = [
    product("plain", (3, 20), (6, 20), (3, 6)),
    product("one row", (1, 20), (6, 20), (1, 6)),
    product("one feature", (3, 1), (1, 1), (3, 1)),
    product("flattens", (2, 2, 5, 2), (6, 20), (2, 6)),
    product("keeps dimensions", (2, 3, 20), (6, 20), (2, 3, 6), KeepNumDims=True),
    product("ends", (3, 20), (6, 20), (3, 6), x=(0.05, -128), w=(0.01, 127), y=(0.9, 127)),
    product("bias of zeros", (3, 20), (6, 20), (3, 6), bias=True),
    product("relu", (3, 20), (6, 20), (3, 6), FusedActivationFunction=RELU),
    product("saturates", (3, 20), (6, 20), (3, 6), y=(0.001, 5)),
]
