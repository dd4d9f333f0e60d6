"""What keeps one operator from being compiled, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from ...ir import limits
from ...ops.rules.checks import MAX_SCALE, MIN_SCALE
from ...ops.tflite.builtin import ACTIVATION_NAMES, Builtin, Kind
from ...ops.tflite.file import FileTensor
from .builtins import builtins
from .model import FileModel, FileOperator, FileSubgraph
from .variables import OPERATORS as VARIABLE_OPERATORS
from .variables import variable_problems

HOW_TO_CONVERT = (
    "convert with full integer quantization: converter.optimizations = [tf.lite.Optimize.DEFAULT], "
    "converter.representative_dataset = ..., converter.target_spec.supported_ops = "
    "[tf.lite.OpsSet.TFLITE_BUILTINS_INT8], converter.inference_input_type = "
    "converter.inference_output_type = tf.int8"
)
FLOAT_ONLY = ("CEIL", "COS", "EXP", "FLOOR", "FLOOR_DIV", "FLOOR_MOD", "L2_POOL_2D", "LOG", "NEG",
              "ROUND", "SIN", "SQRT", "SQUARE")  # fmt: skip
"""Operators that TFLite-Micro has in float32 only, so that there is nothing in int8 to equal."""

INSTEAD_OF_FLOAT = (
    "write what TFLite-Micro has in float32 only with other operators (SQUARE as MUL of a tensor "
    "and itself, NEG as SUB from 0), or compile the PyTorch model, where functions of one tensor "
    "are tables"
)

WITHOUT_VARIANTS = "use the plain form of the layer, as tf.keras.layers.LSTM converts to"

REPLACE = "replace operators that are not in the list"
CALIBRATE = (
    "calibrate again: a tensor gets such a scale if it is 0, or not finite, for the whole "
    "representative dataset"
)
COMPILERS = {
    "CUSTOM ethos-u": "Vela, for Arm Ethos-U",
    "CUSTOM edgetpu-custom-op": "the Edge TPU compiler",
    "CUSTOM XC_": "the xcore optimizer",
}
"""Beginning of the name of an operator that another compiler has put in -> that compiler."""

UNQUANTIZED = ("float32", "float16", "bfloat16", "float64", "int16", "uint8", "int4")
"""Types that a conversion to int8 replaces."""

INTEGERS = ("bool", "int32", "int64")
"""Types that need no scale: shapes, indices and truth values."""

ZERO_POINTS = {dtype: limits(dtype) for dtype in ("int8", "uint8", "int16", "int32")}


class Problem(NamedTuple):
    """``text`` says what is wrong, ``hint`` what to do, "" where that is clear."""

    text: str
    hint: str = ""


def problem(model: FileModel, operator: FileOperator) -> Problem | None:
    """Why the operator cannot be compiled."""
    if operator.name in VARIABLE_OPERATORS:
        found = next(variable_problems(model, operator), None)
        return None if found is None else Problem(found)
    builtin = builtins().get(operator.name)
    if operator.name in FLOAT_ONLY:
        return Problem("TFLite-Micro has it in float32 only", INSTEAD_OF_FLOAT)
    if builtin is None:
        return Problem("there is no such operator here", _hint_for_unknown(operator.name))
    return next(_problems(model.main, operator, builtin), None)


def _hint_for_unknown(name: str) -> str:
    for beginning, compiler in COMPILERS.items():
        if name.startswith(beginning):
            return f"this file is the result of {compiler}: take the file from before that"
    return REPLACE


def _problems(
    subgraph: FileSubgraph, operator: FileOperator, builtin: Builtin
) -> Iterator[Problem]:
    tensors = [None if index < 0 else subgraph.tensors[index] for index in operator.inputs]
    arguments, results = builtin.arguments_of(len(tensors)), len(operator.outputs)
    if len(tensors) > len(arguments) or (
        results != 1 and not (results and builtin.several_outputs)
    ):
        yield Problem(f"it has {len(tensors)} inputs and {results} outputs")
        return
    tensors += [None] * (len(arguments) - len(tensors))
    for argument, tensor in zip(arguments, tensors, strict=True):
        if tensor is None or argument.kind is Kind.ABSENT:
            if tensor is not None:
                yield Problem(f"it has {argument.name}", WITHOUT_VARIANTS)
            elif not (argument.optional or argument.kind is Kind.ABSENT):
                yield Problem(f"it has no {argument.name}")
            continue
        yield from _tensor_problems(argument.name, tensor, argument.dtypes)
        if argument.kind is Kind.CONSTANT and tensor.data is None:
            yield Problem(f"its {argument.name} is not constant")
        if argument.kind is Kind.STATE and (tensor.data is not None or not tensor.variable):
            yield Problem(f"its {argument.name} is not a variable tensor")
        if argument.kind in (Kind.ACTIVATION, Kind.STATE):
            yield from _quantization_problems(argument.name, tensor)
    for output in (subgraph.tensors[index] for index in operator.outputs):
        yield from _tensor_problems("output", output, builtin.outputs)
        yield from _quantization_problems("output", output)
    yield from _options_problems(operator, builtin)


def _options_problems(operator: FileOperator, builtin: Builtin) -> Iterator[Problem]:
    if operator.options_type not in ("", builtin.options or operator.options_type):
        yield Problem(f"its options are those of another operator ({operator.options_type})")
    elif builtin.options is not None:
        activation = operator.options.number("FusedActivationFunction")
        if ACTIVATION_NAMES.get(int(activation)) not in builtin.activations:
            expected = " or ".join(", ".join(builtin.activations).rsplit(", ", 1))
            yield Problem(f"its fused activation ({activation}) is not {expected}")


def _tensor_problems(name: str, tensor: FileTensor, dtypes: tuple[str, ...]) -> Iterator[Problem]:
    if tensor.unsupported is not None:
        yield Problem(f"its {name} is {tensor.unsupported}")
    if tensor.dtype not in dtypes:
        yield Problem(
            f"its {name} is {tensor.dtype}, not {' or '.join(dtypes)}",
            HOW_TO_CONVERT if tensor.dtype in UNQUANTIZED else "",
        )


def _quantization_problems(name: str, tensor: FileTensor) -> Iterator[Problem]:
    """What is wrong with the scale and zero point of an activation."""
    if tensor.dtype == "float32" or (tensor.dtype in INTEGERS and not tensor.quantized):
        return
    if tensor.scales.size == 0:
        yield Problem(f"its {name} has no scale, not one", HOW_TO_CONVERT)
    elif tensor.scales.size > 1:
        yield Problem(f"its {name} has {tensor.scales.size} scales, not one")
    else:
        yield from _number_problems(name, tensor)


def _number_problems(name: str, tensor: FileTensor) -> Iterator[Problem]:
    scale = float(tensor.scales[0])
    if not (math.isfinite(scale) and MIN_SCALE <= scale <= MAX_SCALE):
        yield Problem(f"its {name} has the scale {scale:g}", CALIBRATE)
    low, high = ZERO_POINTS.get(tensor.dtype, (0, 0))
    if not low <= tensor.zero_points[0] <= high:
        yield Problem(f"its {name} has the zero point {tensor.zero_points[0]}")
