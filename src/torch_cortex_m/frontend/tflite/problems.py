"""What keeps one operator from being compiled, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from ...ir import limits
from ...ops.rules.checks import MAX_SCALE, MIN_SCALE
from ...ops.tflite.builtin import ACTIVATION_NAMES, BYTES, Argument, Builtin, Kind
from ...ops.tflite.file import FileTensor
from .advice import (
    CALIBRATE,
    CONSTANT_WEIGHTS,
    FLOAT_ONLY,
    HOW_TO_CONVERT,
    INSTEAD_OF_FLOAT,
    TYPES,
    WITHOUT_VARIANTS,
    for_operator,
)
from .builtins import builtins
from .model import FileModel, FileOperator, FileSubgraph
from .variables import OPERATORS as VARIABLE_OPERATORS
from .variables import variable_problems

INTEGERS = ("bool", "int32", "int64")
"""Types that need no scale: shapes, indices and truth values."""

SIMILAR_NAMES = 3
"""How many a message has at most."""

VALUES = (Kind.ACTIVATION, Kind.STATE)
"""Kinds of tensors that are numbers of one type."""

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
        return Problem(
            f"there is no such operator here{_similar(operator.name)}", for_operator(operator.name)
        )
    return next(_problems(model.main, operator, builtin), None)


def _similar(name: str) -> str:
    """The operators that there are whose names are the nearest to this one."""
    names = [*builtins(), *VARIABLE_OPERATORS]
    found = get_close_matches(name.removeprefix("CUSTOM ").upper(), names, SIMILAR_NAMES)
    return f"; similar names: {', '.join(found)}" if found else ""


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
            hint = CONSTANT_WEIGHTS if argument.name == "weight" else ""
            yield Problem(f"its {argument.name} is not constant", hint)
        if argument.kind is Kind.STATE and (tensor.data is not None or not tensor.variable):
            yield Problem(f"its {argument.name} is not a variable tensor")
        if argument.is_value(tensor):
            yield from _quantization_problems(argument.name, tensor)
    for output in (subgraph.tensors[index] for index in operator.outputs):
        yield from _tensor_problems("output", output, builtin.outputs)
        yield from _quantization_problems("output", output)
    yield from _options_problems(operator, builtin)
    values = [tensor for a, tensor in zip(arguments, tensors, strict=True) if a.kind in VALUES]
    outputs = [subgraph.tensors[index] for index in operator.outputs]
    values += outputs
    if not builtin.converts and _mixes_widths(arguments, tensors, outputs):
        yield Problem("its tensors are int16 and of another type at once")
    if not builtin.converts and set(BYTES) <= {each.dtype for each in values if each}:
        yield Problem("its tensors are int8 and uint8 at once")


def _mixes_widths(
    arguments: tuple[Argument, ...], tensors: list[FileTensor | None], outputs: list[FileTensor]
) -> bool:
    """Whether results, and activations that may be int16, are int16 and something else."""
    pairs = zip(arguments, tensors, strict=True)
    given = [(each, tensor) for each, tensor in pairs if tensor and each.kind is Kind.ACTIVATION]
    dtypes = {tensor.dtype for each, tensor in given if "int16" in each.dtypes}
    dtypes |= {tensor.dtype for tensor in outputs}
    return "int16" in dtypes and len(dtypes) > 1


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
            TYPES.get(tensor.dtype, ""),
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
    least = 0 if tensor.dtype == "int16" else MIN_SCALE
    if (scale == 0 and name == "output") or not (
        math.isfinite(scale) and least <= scale <= MAX_SCALE
    ):
        yield Problem(f"its {name} has the scale {scale:g}", CALIBRATE)
    low, high = ZERO_POINTS.get(tensor.dtype, (0, 0))
    if not low <= tensor.zero_points[0] <= high:
        yield Problem(f"its {name} has the zero point {tensor.zero_points[0]}")
