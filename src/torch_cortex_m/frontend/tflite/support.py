"""Checks a model before anything is built: all that cannot be compiled, in one message."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...errors import TcmError
from ...ops.checks import MAX_SCALE, MIN_SCALE
from ...ops.tflite_base import Builtin, FileTensor, Kind
from ...ops.tflite_lowering import FUSED_ACTIVATIONS
from .builtins import builtins
from .model import FileModel, FileOperator, FileSubgraph

HOW_TO_CONVERT = (
    "convert with full integer quantization: converter.optimizations = [tf.lite.Optimize.DEFAULT], "
    "converter.representative_dataset = ..., converter.target_spec.supported_ops = "
    "[tf.lite.OpsSet.TFLITE_BUILTINS_INT8], converter.inference_input_type = "
    "converter.inference_output_type = tf.int8; replace operators that are not in the list"
)
ZERO_POINTS = {"int8": (-128, 127), "uint8": (0, 255)}


def needed_operators(model: FileModel) -> list[FileOperator]:
    """The operators of the main subgraph that the outputs depend on or that have effects, in order.

    What only computes the shape for a RESHAPE is not needed: the file has all shapes.
    """
    needed = set(model.main.outputs)
    effects = _subgraphs_with_effects(model)
    operators = []
    for operator in reversed(model.main.operators):
        if needed.isdisjoint(operator.outputs) and not _has_effects(operator, effects):
            continue
        operators.append(operator)
        builtin = builtins().get(operator.name)
        kinds = [] if builtin is None else [argument.kind for argument in builtin.arguments]
        for place, index in enumerate(operator.inputs):
            if place >= len(kinds) or kinds[place] is not Kind.SHAPE:
                needed.add(index)
    return operators[::-1]


def _has_effects(operator: FileOperator, subgraphs: set[int]) -> bool:
    """Whether it does more than compute its outputs; ``subgraphs``: those that do.

    Operators without outputs are there for nothing else (ASSIGN_VARIABLE), and nobody knows what a
    custom operator does.
    """
    return (
        not operator.outputs
        or operator.name.startswith("CUSTOM ")
        or not subgraphs.isdisjoint(operator.subgraphs)
    )


def _subgraphs_with_effects(model: FileModel) -> set[int]:
    """Indices of the subgraphs that have operators with effects, or run such subgraphs."""
    found: set[int] = set()
    for _ in model.subgraphs:
        found = {
            index
            for index, subgraph in enumerate(model.subgraphs)
            if any(_has_effects(operator, found) for operator in subgraph.operators)
        }
    return found


def check_supported(subgraph: FileSubgraph, operators: list[FileOperator]) -> None:
    """Raises one TcmError that lists every operator that cannot be compiled, with its place."""
    problems = [
        f"{subgraph.place(operator)}: {problem}"
        for operator in operators
        if (problem := _problem(subgraph, operator)) is not None
    ]
    if problems:
        raise TcmError(
            f"{len(problems)} of {len(operators)} operators cannot be compiled",
            expected=f"{', '.join(sorted(builtins()))}; on int8 tensors",
            got="\n    ".join(["", *problems]),
            hint=HOW_TO_CONVERT,
        )


def _problem(subgraph: FileSubgraph, operator: FileOperator) -> str | None:
    """Why the operator cannot be compiled."""
    builtin = builtins().get(operator.name)
    if builtin is None:
        return "there is no such operator here"
    return next(_problems(subgraph, operator, builtin), None)


def _problems(subgraph: FileSubgraph, operator: FileOperator, builtin: Builtin) -> Iterator[str]:
    tensors = [None if index < 0 else subgraph.tensors[index] for index in operator.inputs]
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
    output = subgraph.tensors[operator.outputs[0]]
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
