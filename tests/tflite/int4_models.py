"""Small models with weights of four bits, two in a byte."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from model_writer import Content, ModelWriter
from operator_models import OperatorModel, Shape, conv, dense, depthwise


def packed(weights: np.ndarray) -> np.ndarray:
    """The first one in the lower half of a byte."""
    flat = np.append(weights.reshape(-1), np.zeros(weights.size % 2, np.int8)).astype(np.uint8)
    return (flat[::2] & 15) | (flat[1::2] << 4)


def with_four_bits(model: OperatorModel) -> OperatorModel:
    """The model with the upper halves of its weights, of all values from -8 to 7."""
    file = model.content.file
    (subgraph,) = file.subgraphs
    writer = ModelWriter()
    writer.tensors, writer.operators = list(subgraph.tensors), subgraph.operators
    (index,) = (i for i, each in enumerate(writer.tensors) if each.name == "weight")
    weight = writer.tensors[index]
    assert weight.data is not None
    writer.tensors[index] = replace(weight, dtype="int4", data=packed(weight.data >> 4))
    content: Content = writer.write(subgraph.inputs, subgraph.outputs)
    return replace(model, name=f"int4 {model.name}", content=content, litert=False)


def four_bits(build: Any, name: str, *shapes: Shape, **fields: Any) -> OperatorModel:
    return with_four_bits(build(name, *shapes, **fields))


MODELS = [
    four_bits(conv, "plain", (1, 8, 9, 3), (5, 3, 3, 3), (1, 8, 9, 5)),
    four_bits(conv, "pointwise", (1, 5, 4, 7), (6, 1, 1, 7), (1, 5, 4, 6)),
    four_bits(conv, "per tensor", (1, 5, 5, 3), (4, 3, 3, 3), (1, 5, 5, 4), per_channel=False),
    four_bits(depthwise, "plain", (1, 8, 9, 4), (1, 3, 3, 4), (1, 8, 9, 4)),
    four_bits(depthwise, "multiplier 2", (1, 8, 9, 3), (1, 3, 3, 6), (1, 8, 9, 6)),
    four_bits(dense, "plain", (3, 20), (6, 20), (3, 6)),
    four_bits(dense, "odd", (3, 7), (5, 7), (3, 5), bias=None),
]
