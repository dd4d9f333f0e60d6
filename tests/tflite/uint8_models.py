"""Small models in uint8, as TensorFlow 1 quantized; TFLite-Micro has no kernels for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from model_writer import ModelWriter, Tensor
from movement_models import joined, moved
from operator_models import (
    RELU,
    RELU6,
    SAME,
    OperatorModel,
    add,
    conv,
    dense,
    depthwise,
    mul,
    pool,
    softmax,
    sub,
)


def shifted(tensor: Tensor) -> Tensor:
    """128 more."""
    if tensor.dtype != "int8":
        return tensor
    data = None if tensor.data is None else (tensor.data.astype(np.int16) + 128).astype(np.uint8)
    assert isinstance(tensor.zero_points, int)
    return replace(tensor, dtype="uint8", zero_points=tensor.zero_points + 128, data=data)


def in_bytes(model: OperatorModel) -> OperatorModel:
    """The model with all its int8 tensors as uint8."""
    (subgraph,) = model.content.file.subgraphs
    writer = ModelWriter()
    writer.tensors = [shifted(each) for each in subgraph.tensors]
    writer.operators = subgraph.operators
    content = writer.write(subgraph.inputs, subgraph.outputs)
    inputs = tuple((shape, "uint8" if dtype == "int8" else dtype) for shape, dtype in model.inputs)
    name = f"uint8 {model.name}"
    return replace(model, name=name, content=content, inputs=inputs, micro=False, litert=True)


def per_tensor(build, *arguments, **fields) -> OperatorModel:
    return build(*arguments, **({"per_channel": False} | fields))


MODELS = [
    in_bytes(model)
    for model in (
        dense("plain", (3, 20), (6, 20), (3, 6)),
        dense("no bias", (3, 20), (6, 20), (3, 6), bias=False),
        dense("weight zero point", (3, 20), (6, 20), (3, 6), weight_zero_point=-17),
        dense("weight zero point at the end", (3, 20), (6, 20), (3, 6), weight_zero_point=127),
        dense("relu", (3, 20), (6, 20), (3, 6), FusedActivationFunction=RELU),
        dense("ends", (3, 20), (6, 20), (3, 6), x=(0.05, -128), y=(0.09, 127)),
        per_tensor(conv, "plain", (1, 8, 9, 3), (5, 3, 3, 3), (1, 8, 9, 5)),
        per_tensor(conv, "relu6", (1, 8, 9, 3), (5, 3, 3, 3), (1, 8, 9, 5), y=(0.06, -11),
                   FusedActivationFunction=RELU6),
        per_tensor(conv, "ends", (1, 8, 9, 3), (5, 3, 3, 3), (1, 8, 9, 5), x=(0.05, 127),
                   y=(0.05, -128)),
        per_tensor(depthwise, "plain", (1, 8, 9, 4), (1, 3, 3, 4), (1, 8, 9, 4)),
        per_tensor(depthwise, "multiplier 2", (1, 8, 9, 3), (1, 3, 3, 6), (1, 8, 9, 6)),
        add("plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)),
        add("channels", (1, 4, 5, 3), (1, 1, 1, 3), (1, 4, 5, 3)),
        add("relu", (1, 99), (1, 99), (1, 99), activation_function=RELU),
        sub("plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)),
        mul("plain", (1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)),
        mul("saturates", (1, 99), (1, 99), (1, 99), scales=((1.0, 3), (1.0, -4), (0.01, 5))),
        softmax("rank 2", (3, 12)),
        softmax("steep", (5, 12), (0.9, 3)),
        pool("MAX", "same", (1, 7, 8, 3), (1, 7, 8, 3), (3, 3), Padding=SAME),
        pool("MAX", "relu", (1, 6, 6, 3), (1, 5, 5, 3), (2, 2), FusedActivationFunction=RELU),
        moved("rows", "SLICE", (4, 3), (2, 3), (2, 0), (-1, 3)),
        moved("plain", "RESHAPE", (4, 3), (2, 6), (2, 6)),
        joined("CONCATENATION", "plain", [(2, 3), (1, 3)], (3, 3), 0),
    )
]  # fmt: skip
