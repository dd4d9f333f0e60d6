"""Checks a model before anything is built: all that cannot be compiled, in one message."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...errors import TcmError
from ...ops.rules.checks import MAX_SCALE, MIN_SCALE
from ...ops.tflite.builtin import Builtin, Kind
from ...ops.tflite.call import FUSED_ACTIVATIONS
from ...ops.tflite.file import FileTensor
from .builtins import builtins
from .model import FileModel, FileOperator

HOW_TO_CONVERT = (
    "convert with full integer quantization: converter.optimizations = [tf.lite.Optimize.DEFAULT], "
    "converter.representative_dataset = ..., converter.target_spec.supported_ops = "
    "[tf.lite.OpsSet.TFLITE_BUILTINS_INT8], converter.inference_input_type = "
    "converter.inference_output_type = tf.int8; replace operators that are not in the list"
)
ZERO_POINTS = {"int8": (-128, 127), "uint8": (0, 255)}


def needed_operators(model: FileModel) -> list[FileOperator]:
    """The operators that the outputs depend on, in order.

    What only computes the shape for a RESHAPE is not needed: the file has all shapes.
    """
    needed = set(model.outputs)
    operators = []
    for operator in reversed(model.operators):
        if needed.isdisjoint(operator.outputs):
            continue
        operators.append(operator)
        builtin = builtins().get(operator.name)
        kinds = [] if builtin is None else [argument.kind for argument in builtin.arguments]
        for place, index in enumerate(operator.inputs):
            if place >= len(kinds) or kinds[place] is not Kind.SHAPE:
                needed.add(index)
    return operators[::-1]


def check_supported(model: FileModel, operators: list[FileOperator]) -> None:
    """Raises one TcmError that lists every operator that cannot be compiled, with its place."""
    problems = [
        f"{model.place(operator)}: {problem}"
        for operator in operators
        if (problem := _problem(model, operator)) is not None
    ]
    if problems:
        raise TcmError(
            f"{len(problems)} of {len(operators)} operators cannot be compiled",
            expected=f"{', '.join(sorted(builtins()))}; on int8 tensors",
            got="\n    ".join(["", *problems]),
            hint=HOW_TO_CONVERT,
        )


def _problem(model: FileModel, operator: FileOperator) -> str | None:
    """Why the operator cannot be compiled."""
    builtin = builtins().get(operator.name)
    if builtin is None:
        return "there is no such operator here"
    return next(_problems(model, operator, builtin), None)


def _problems(model: FileModel, operator: FileOperator, builtin: Builtin) -> Iterator[str]:
    tensors = [None if index < 0 else model.tensors[index] for index in operator.inputs]
    if len(tensors) > len(builtin.arguments) or len(operator.outputs) != 1:
        yield f"it has {len(tensors)} inputs and {len(operator.outputs)} outputs"
        return
    tensors += [None] * (len(builtin.arguments) - len(tensors))
    for argument, tensor in zip(builtin.arguments, tensors, strict=True):
        if tensor is None:
            if not argument.optional:
                yield f"it has no {argument.name}"
            continue
        yield from _tensor_problems(argument.name, tensor, argument.dtypes)
        if argument.kind is Kind.CONSTANT and tensor.data is None:
            yield f"its {argument.name} is not constant"
        if argument.kind is Kind.ACTIVATION:
            yield from _quantization_problems(argument.name, tensor)
    output = model.tensors[operator.outputs[0]]
    yield from _tensor_problems("output", output, builtin.outputs)
    yield from _quantization_problems("output", output)
    if operator.options_type not in ("", builtin.options or operator.options_type):
        yield f"its options are those of another operator ({operator.options_type})"
    elif builtin.options is not None:
        activation = operator.options.number("FusedActivationFunction")
        if activation not in FUSED_ACTIVATIONS:
            yield f"its fused activation ({activation}) is not NONE, RELU, RELU6 or RELU_N1_TO_1"


def _tensor_problems(name: str, tensor: FileTensor, dtypes: tuple[str, ...]) -> Iterator[str]:
    if tensor.unsupported is not None:
        yield f"its {name} is {tensor.unsupported}"
    if tensor.dtype not in dtypes:
        yield f"its {name} is {tensor.dtype}, not {' or '.join(dtypes)}"


def _quantization_problems(name: str, tensor: FileTensor) -> Iterator[str]:
    """What is wrong with the scale and zero point of an activation."""
    if tensor.dtype == "float32":
        return
    if tensor.scales.size != 1:
        scales = f"{tensor.scales.size} scales" if tensor.scales.size else "no scale"
        yield f"its {name} has {scales}, not one"
        return
    scale = float(tensor.scales[0])
    if not (math.isfinite(scale) and MIN_SCALE <= scale <= MAX_SCALE):
        yield f"its {name} has the scale {scale:g}"
    low, high = ZERO_POINTS.get(tensor.dtype, (0, 0))
    if not low <= tensor.zero_points[0] <= high:
        yield f"its {name} has the zero point {tensor.zero_points[0]}"
