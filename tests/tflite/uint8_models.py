"""Small models in uint8, as TensorFlow 1 quantized; TFLite-Micro has no kernels for them."""

from __future__ import annotations

from dataclasses import replace

import function_models
import logic_models
import movement_models
import numpy as np
import operator_models
import sums_models
from model_writer import ModelWriter, Tensor
from movement_models import joined, moved
from operator_models import (
    RELU,
    RELU6,
    SAME,
    VALID,
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


OTHERS = (
    "LOG_SOFTMAX", "SELECT_V2", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH", "SPACE_TO_BATCH_ND",
    "BATCH_TO_SPACE_ND", "MAXIMUM", "MINIMUM", "PRELU", "EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL",
    "GREATER", "GREATER_EQUAL", "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "RELU", "RELU6",
    "RELU_N1_TO_1", "RELU_0_TO_1", "HARD_SWISH", "LEAKY_RELU", "TRANSPOSE", "PAD", "PADV2",
    "ARG_MAX", "ARG_MIN",
)  # fmt: skip
"""Operators that do with uint8 what they do with int8, in all of their models."""


def others() -> list[OperatorModel]:
    """Two models of each."""
    found: dict[str, list[OperatorModel]] = {name: [] for name in OTHERS}
    for model in (*operator_models.MODELS, *movement_models.MODELS, *sums_models.MODELS,
                  *logic_models.MODELS, *function_models.MODELS):  # fmt: skip
        (subgraph,) = model.content.file.subgraphs
        names = {each.name for each in subgraph.operators}
        bytes_in = all(dtype in ("int8", "bool") for _, dtype in model.inputs)
        if len(names) == 1 and bytes_in and model.litert and (name := names.pop()) in found:
            found[name].append(model)
    return [in_bytes(model) for models in found.values() for model in models[:2]]


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
        dense("weights of nine bits", (3, 20), (6, 20), (3, 6), weight_zero_point=-128),
        *(per_tensor(conv, f"nine bits, zero point {zero}", (1, 7, 6, 3), (5, 3, 3, 3),
                     (1, 7, 6, 5), weight_zero_point=zero) for zero in (-128, -17, 100, 127)),
        per_tensor(conv, "nine bits, stride and dilation", (1, 9, 10, 2), (3, 3, 3, 2),
                   (1, 4, 2, 3), weight_zero_point=-90, DilationWFactor=3, StrideH=2, StrideW=2,
                   Padding=VALID),
        per_tensor(conv, "nine bits, pointwise", (2, 5, 4, 17), (6, 1, 1, 17), (2, 5, 4, 6),
                   weight_zero_point=77),
        *(per_tensor(depthwise, f"nine bits, zero point {zero}", (1, 7, 6, 3), (1, 3, 3, 3),
                     (1, 7, 6, 3), weight_zero_point=zero) for zero in (-128, -17, 100, 127)),
        per_tensor(depthwise, "nine bits, multiplier 8", (1, 8, 9, 1), (1, 5, 4, 8), (1, 4, 5, 8),
                   weight_zero_point=-60, StrideH=2, StrideW=2),
        per_tensor(depthwise, "nine bits, valid", (2, 8, 9, 3), (1, 4, 3, 3), (2, 3, 4, 3),
                   weight_zero_point=60, StrideH=2, StrideW=2, Padding=VALID),
        per_tensor(depthwise, "nine bits, dilation", (1, 9, 9, 2), (1, 3, 3, 4), (1, 9, 9, 4),
                   weight_zero_point=60, DilationHFactor=2, DilationWFactor=2),
        *(pool("AVERAGE", f"same {size}", (1, 7, 8, 3), (1, 7, 8, 3), (size, size), Padding=SAME)
          for size in (2, 3, 4)),
        pool("AVERAGE", "valid", (1, 6, 6, 3), (1, 5, 5, 3), (2, 2)),
        pool("AVERAGE", "relu", (1, 7, 7, 9), (1, 1, 1, 9), (7, 7), FusedActivationFunction=RELU),
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
        sums_models.transposed("uint8", (1, 4, 5, 3), (2, 3, 3, 3), (1, 8, 10, 2), StrideH=2,
                               StrideW=2, per_channel=False),
        joined("CONCATENATION", "plain", [(2, 3), (1, 3)], (3, 3), 0),
    )
]  # fmt: skip
MODELS += others()
MODELS += [
    in_bytes(operator_models.function(operator, place, x, y))
    for operator, y in (("LOGISTIC", (1 / 256, -128)), ("TANH", (1 / 128, 0)))
    for place, x in enumerate(operator_models.RANGES)
]
