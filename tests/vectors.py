"""CMSIS-NN's unit-test vectors (.npz files) as operators with inputs and expected outputs.

A file has flat arrays and ``params``, the test's constants in lower case, as JSON. What it tests
is told by the arrays and parameters that it has, whatever its name; only the kind of pooling, the
order of a transposition's axes, minimum or maximum and the bits of sums without a bias are in the
name alone. x is width, y is height, data is NHWC.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from vector_networks import network_cases
from vector_recurrent import lstm_cases, svdf_cases
from vector_source import Source, activation, window_fields
from vector_transposes import find_transposition

from torch_cortex_m import TcmError
from torch_cortex_m.ops.add.op import Add
from torch_cortex_m.ops.avg_pool2d.op import AvgPool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.batch_matmul.op import BatchMatmul
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.conv_transpose2d.op import ConvTranspose2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.interpolated_softmax.op import InterpolatedSoftmax
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.max_pool2d.op import MaxPool2d
from torch_cortex_m.ops.maximum.op import Maximum
from torch_cortex_m.ops.minimum.op import Minimum
from torch_cortex_m.ops.mul.op import Mul
from torch_cortex_m.ops.pad.op import Pad
from torch_cortex_m.ops.softmax.op import Softmax
from torch_cortex_m.ops.transpose.op import Transpose


@dataclass(frozen=True)
class Vector:
    """A file: what it tests, and its cases with their outputs; none if we have no such operator.

    A network is a case for each layer; the expected output of all but the last is the reference's.
    ``problem``: why the file could not be read.
    """

    name: str
    family: str
    cases: list[tuple[Case, np.ndarray]] = field(default_factory=list)
    problem: str = ""


def read_vectors(folder: Path) -> list[Vector]:
    """All files; one that cannot be read does not keep the others from being run."""
    vectors = []
    for path in sorted(folder.glob("*.npz")):
        try:
            vectors.append(read_vector(path))
        except (AssertionError, LookupError, StopIteration, TcmError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            vectors.append(Vector(path.stem, "unreadable", problem=problem))
    return vectors


def read_vector(path: Path) -> Vector:
    with np.load(path) as data:
        arrays = {name: data[name] for name in data.files if name != "params"}
        params = json.loads(str(data["params"]))
    source = Source(path.stem, params, arrays)
    family = family_of(source)
    if family not in READERS:
        return Vector(path.stem, family)
    if source.has_int16():
        wide = WIDE_READERS.get(family)
        return Vector(path.stem, family, wide(source)) if wide else Vector(path.stem, "int16")
    if source.has_int4_weights():
        return Vector(path.stem, "int4")
    return Vector(path.stem, family, READERS[family](source))


MARKS = {
    "lstm": "time_steps",
    "batch_matmul": "lhs_rows",
    "svdf": "feature_batches",
    "conv_transpose2d": "pad_x_with_offset",
    "minimum_maximum": "channel_2",
    "pad": "pre_pad_n",
    "transpose": "perm_size",
    "softmax": "row_size",
    "add": "input1_mult",
    "mul": "input1_offset",
    "linear": "accumulation_depth",
    "depthwise_conv2d": "ch_mult",
    "conv2d": "filter_x",
}
"""Family -> a parameter that no family after it has."""


def family_of(source: Source) -> str:
    """The operator that a file tests: one of ours, or the name of another."""
    if any(name.startswith("layer_") for name in source.arrays):
        return "network"
    for family, mark in MARKS.items():
        if mark in source.params:
            return family
    if "filter_w" in source.params and "pool" in source.name:
        return "max_pool2d" if source.name.startswith("max") else "avg_pool2d"
    raise LookupError(f"no family has the parameters {sorted(source.params)}")


def _conv2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    filters, channels = source.number("out_ch"), source.number("filter_ch", "in_ch")
    op = Conv2d(
        **window_fields(source),
        dilation=source.pair("dilation_y", "dilation_x"),
        groups=source.number("in_ch") // channels,
        **_offsets(source),
        **activation(source),
    )
    shape = (filters, *source.kernel(), channels)
    return _convolution(source, op, shape, filters)


def _depthwise_conv2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    filters = source.number("out_ch")
    op = DepthwiseConv2d(
        **window_fields(source),
        dilation=source.pair("dilation_y", "dilation_x"),
        depth_multiplier=source.number("ch_mult"),
        **_offsets(source),
        **activation(source),
    )
    return _convolution(source, op, (1, *source.kernel(), filters), filters)


def _conv_transpose2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    filters, channels = source.number("out_ch"), source.number("in_ch")
    op = ConvTranspose2d(
        output_size=source.pair("output_h", "output_w"),
        stride=source.stride(),
        padding=source.pair("pad_y", "pad_x"),
        **_offsets(source),
        **activation(source),
    )
    return _convolution(source, op, (filters, *source.kernel(), channels), filters)


def _offsets(source: Source) -> dict[str, Any]:
    return {name: source.number(name) for name in ("input_offset", "output_offset")}


def _convolution(
    source: Source, op: Any, weight: tuple[int, ...], filters: int
) -> list[tuple[Case, np.ndarray]]:
    image = (source.number("input_h"), source.number("input_w"), source.number("in_ch"))
    output = (source.number("output_h"), source.number("output_w"), filters)
    inputs, expected = source.batches(image, output)
    tensors = {
        "input": inputs,
        "weight": source.weights(weight),
        "bias": source.bias(filters),
        **source.requantization(filters),
    }
    return [(Case(source.name, op, tensors), expected)]


def _linear(source: Source) -> list[tuple[Case, np.ndarray]]:
    features, inputs = source.number("out_ch"), source.number("accumulation_depth")
    op = Linear(
        weight_offset=source.params.get("filter_offset", 0),
        **_offsets(source),
        **activation(source),
    )
    rows, expected = source.batches((inputs,), (features,))
    tensors = {
        "input": rows,
        "weight": source.weights((features, inputs)),
        "bias": source.bias(features),
        **source.requantization(features),
    }
    return [(Case(source.name, op, tensors), expected)]


def _wide_conv2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    """Sums of 32 bits have a bias of int32, if of zeros; that there are such is in the name alone
    where the test passes NULL."""
    [(case, expected)] = _conv2d(source)
    if case.tensors["bias"] is not None or "xint32" not in source.name:
        return [(case, expected)]
    bias = np.zeros(source.number("out_ch"), np.int32)
    return [(replace(case, tensors={**case.tensors, "bias": bias}), expected)]


def _wide_depthwise_conv2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    """As a convolution in groups of one channel."""
    filters = source.number("out_ch")
    op = Conv2d(
        **window_fields(source),
        dilation=source.pair("dilation_y", "dilation_x"),
        groups=source.number("in_ch"),
        **_offsets(source),
        **activation(source),
    )
    [(case, expected)] = _convolution(source, op, (1, *source.kernel(), filters), filters)
    taps = source.weights((1, *source.kernel(), filters)).transpose(3, 1, 2, 0)
    tensors = {**case.tensors, "weight": np.ascontiguousarray(taps)}
    return [(replace(case, tensors=tensors), expected)]


def _wide_linear(source: Source) -> list[tuple[Case, np.ndarray]]:
    """As a convolution of single places."""
    features, inputs = source.number("out_ch"), source.number("accumulation_depth")
    rows, expected = source.batches((1, 1, inputs), (1, 1, features))
    tensors = {
        "input": rows,
        "weight": source.weights((features, 1, 1, inputs)),
        "bias": source.bias(features),
        **source.requantization(features),
    }
    op = Conv2d(**_offsets(source), **activation(source))
    return [(Case(source.name, op, tensors), expected)]


def _max_pool2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    op = MaxPool2d(source.kernel(), **window_fields(source), **activation(source))
    return _pool2d(source, op)


def _avg_pool2d(source: Source) -> list[tuple[Case, np.ndarray]]:
    op = AvgPool2d(source.kernel(), **window_fields(source), **activation(source))
    return _pool2d(source, op)


def _pool2d(source: Source, op: MaxPool2d | AvgPool2d) -> list[tuple[Case, np.ndarray]]:
    channels = source.number("input_c", "in_ch")
    image = (source.number("input_h"), source.number("input_w"), channels)
    output = (source.number("output_h"), source.number("output_w"), channels)
    inputs, expected = source.batches(image, output)
    return [(Case(source.name, op, {"input": inputs}), expected)]


def _softmax(source: Source) -> list[tuple[Case, np.ndarray]]:
    op = Softmax(
        source.number("input_mult", "mult"),
        source.number("input_left_shift", "shift"),
        source.number("diff_min"),
    )
    return _softmax_rows(source, op)


def _softmax_rows(
    source: Source, op: Softmax | InterpolatedSoftmax
) -> list[tuple[Case, np.ndarray]]:
    shape = (source.number("num_rows"), source.number("row_size"))
    tensors = {"input": source.tensor("input", shape)}
    return [(Case(source.name, op, tensors), source.tensor("output", shape))]


def _add(source: Source) -> list[tuple[Case, np.ndarray]]:
    op = Add(
        left_shift=source.number("left_shift"),
        input_offset=source.number("input1_offset"),
        input_multiplier=source.number("input1_mult"),
        input_shift=source.number("input1_shift"),
        other_offset=source.number("input2_offset"),
        other_multiplier=source.number("input2_mult"),
        other_shift=source.number("input2_shift"),
        output_offset=source.number("output_offset"),
        output_multiplier=source.number("output_mult"),
        output_shift=source.number("output_shift"),
        **activation(source),
    )
    return _of_two(source, op)


def _of_two(source: Source, op: Add | Mul) -> list[tuple[Case, np.ndarray]]:
    """Of two arrays of one shape."""
    shape = (source.number("dst_size"),)
    tensors = {
        name: source.array(key, shape) for name, key in (("input", "input1"), ("other", "input2"))
    }
    return [(Case(source.name, op, tensors, ("input", "other")), source.tensor("output", shape))]


def _mul(source: Source) -> list[tuple[Case, np.ndarray]]:
    op = Mul(
        input_offset=source.number("input1_offset"),
        other_offset=source.number("input2_offset"),
        output_offset=source.number("output_offset"),
        multiplier=source.number("output_mult"),
        shift=source.number("output_shift"),
        **activation(source),
    )
    return _of_two(source, op)


def _minimum_maximum(source: Source) -> list[tuple[Case, np.ndarray]]:
    """The name alone says which of the two."""
    op = Minimum() if source.name.startswith("minimum") else Maximum()
    axes = ("batch", "height", "width", "channel")
    tensors = {
        name: source.array(
            f"input_tensor_{place}", tuple(source.number(f"{axis}_{place}") for axis in axes)
        )
        for name, place in (("input", 1), ("other", 2))
    }
    output = tuple(source.number(f"output_{axis}") for axis in axes)
    case = Case(source.name, op, tensors, ("input", "other"))
    return [(case, source.tensor("output", output))]


def _pad(source: Source) -> list[tuple[Case, np.ndarray]]:
    axes = ("n", "h", "w", "c")
    sizes = [source.number(f"input_{axis}") for axis in axes]
    pairs = [(source.number(f"pre_pad_{axis}"), source.number(f"post_pad_{axis}")) for axis in axes]
    op = Pad(tuple(count for pair in pairs for count in pair), source.number("pad_value"))
    output = [before + size + after for size, (before, after) in zip(sizes, pairs, strict=True)]
    tensors = {"input": source.tensor("input", tuple(sizes))}
    return [(Case(source.name, op, tensors), source.tensor("output", tuple(output)))]


def _transpose(source: Source) -> list[tuple[Case, np.ndarray]]:
    size = (source.number("size"),)
    given, expected = source.tensor("input", size), source.tensor("output", size)
    shape, permutation = find_transposition(
        source.name, given, expected, source.number("perm_size")
    )
    case = Case(source.name, Transpose(permutation), {"input": given.reshape(shape)})
    return [(case, expected.reshape([shape[axis] for axis in permutation]))]


def _batch_matmul(source: Source) -> list[tuple[Case, np.ndarray]]:
    op = BatchMatmul(
        transpose_input=bool(source.number("adj_x")),
        transpose_other=bool(source.number("adj_y")),
        input_offset=source.number("lhs_offset"),
        other_offset=source.number("rhs_offset"),
        output_offset=source.number("output_offset"),
        multiplier=source.number("output_multiplier"),
        shift=source.number("output_shift"),
        **activation(source),
    )
    parts = ("batch", "height", "rows", "cols")
    shapes = {
        side: tuple(source.number(f"{side}_{part}") for part in parts)
        for side in ("lhs", "rhs", "output")
    }
    tensors = {
        name: source.array(f"{side}_input_tensor", shapes[side])
        for name, side in (("input", "lhs"), ("other", "rhs"))
    }
    expected = source.tensor("output", shapes["output"])
    return [(Case(source.name, op, tensors, ("input", "other")), expected)]


READERS: dict[str, Callable[[Source], list[tuple[Case, np.ndarray]]]] = {
    "network": lambda source: network_cases(source, LAYERS),
    "conv2d": _conv2d,
    "depthwise_conv2d": _depthwise_conv2d,
    "conv_transpose2d": _conv_transpose2d,
    "linear": _linear,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "softmax": _softmax,
    "add": _add,
    "mul": _mul,
    "batch_matmul": _batch_matmul,
    "minimum_maximum": _minimum_maximum,
    "pad": _pad,
    "lstm": lstm_cases,
    "svdf": svdf_cases,
    "transpose": _transpose,
}
"""Family -> reader, for the operators that we have."""


def _wide_softmax(source: Source) -> list[tuple[Case, np.ndarray]]:
    """Of int16, or of int8 into int16."""
    if source.arrays["input"].dtype == np.int16:
        op = InterpolatedSoftmax(
            multiplier=source.number("input_mult"), shift=source.number("input_left_shift")
        )
        return _softmax_rows(source, op)
    [(case, expected)] = _softmax(source)
    return [(replace(case, op=replace(case.op, output_bits=16)), expected)]


WIDE_READERS: dict[str, Callable[[Source], list[tuple[Case, np.ndarray]]]] = {
    "conv2d": _wide_conv2d,
    "depthwise_conv2d": _wide_depthwise_conv2d,
    "conv_transpose2d": _conv_transpose2d,
    "linear": _wide_linear,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "softmax": _wide_softmax,
    "batch_matmul": _batch_matmul,
    "add": _add,
    "mul": _mul,
    "pad": _pad,
    "lstm": lstm_cases,
}
"""The same of int16."""

LAYERS: dict[str, Callable[[Source], list[tuple[Case, np.ndarray]]]] = {
    "conv_2d": _conv2d,
    "depthwise_conv_2d": _depthwise_conv2d,
    "average_pool_2d": _avg_pool2d,
    "max_pool_2d": _max_pool2d,
    "fully_connected": _linear,
    "softmax": _softmax,
}
"""The kind of a network's layer -> reader."""
