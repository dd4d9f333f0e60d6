"""Models that cannot be compiled: one clear message, with the place in the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from judges import litert
from model_writer import ModelWriter
from operator_models import SAME, VALID, X, Y, activation, dense, integers, single

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite import import_tflite
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.run.reference import run_reference

CONV = {"StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}


def message(content: bytes) -> str:
    with pytest.raises(TcmError) as caught:
        import_content(content)
    return str(caught.value)


def test_all_unsupported_operators_are_listed_at_once() -> None:
    writer, shape = ModelWriter(), (1, 4, 4, 2)
    names = ("x", "root", "custom", "tanh", "wide", "hybrid")
    x, root, custom, tanh, wide, hybrid = (activation(writer, n, shape, X) for n in names)
    writer.tensors[wide].dtype = "int16"
    writer.tensors[hybrid].dtype = "float32"
    weight = writer.constant("weight", np.ones((2, 1, 1, 2), np.int8), scales=0.1)
    writer.operator("RFFT2D", [x], root)
    writer.operator("MyOwnOperator", [root], custom)
    writer.operator("ADD", [custom, x], tanh, "AddOptions", FusedActivationFunction=4)
    writer.operator("LOGISTIC", [tanh], wide)
    writer.operator("CONV_2D", [hybrid, weight], hybrid, "Conv2DOptions", Padding=SAME, **CONV)
    writer.operator("RELU", [x], x)
    text = message(writer.write([x], [wide, hybrid]))
    assert "5 of 5 operators cannot be compiled" in text
    for line in (
        "operator 0 RFFT2D, output 'root': there is no such operator here",
        "operator 1 CUSTOM MyOwnOperator, output 'custom': there is no such operator here",
        "operator 2 ADD, output 'tanh': its fused activation (4) is not NONE, RELU",
        "operator 3 LOGISTIC, output 'wide': its tensors are int16 and of another type at once",
        "operator 4 CONV_2D, output 'hybrid': its input is float32, not int8",
    ):
        assert line in text
    assert "docs/operators.md or tcm ops" in text  # what there is
    assert "AVERAGE_POOL_2D" not in text
    assert "TFLITE_BUILTINS_INT8" in text  # how to convert


def detector() -> bytes:
    """A small object detector: squeeze and excitation, a feature pyramid, boxes from a custom
    operator; convolutions between them that could be compiled."""
    writer, shape = ModelWriter(), (1, 4, 4, 2)

    def value(name: str, shape: tuple[int, ...] = shape) -> int:
        return activation(writer, name, shape, X)

    def convolve(name: str, input: int) -> int:
        weight = writer.constant(f"{name}/weight", np.ones((2, 1, 1, 2), np.int8), scales=0.1)
        output = value(name)
        writer.operator("CONV_2D", [input, weight], output, "Conv2DOptions", Padding=SAME, **CONV)
        return output

    def unknown(operator: str, name: str, *inputs: int) -> int:
        output = value(name)
        writer.operator(operator, list(inputs), output)
        return output

    image = value("serving_default_image:0")
    stem = convolve("stem/conv", image)
    gate = unknown("LOGISTIC", "block1/se/sigmoid", convolve("block1/se/expand", stem))
    scaled = unknown("SEGMENT_SUM", "block1/se/mul", stem, gate)
    activated = unknown("HARD_SWISH", "block1/hard_swish", convolve("block1/project", scaled))
    larger = unknown("RESIZE_TRILINEAR", "fpn/upsample", activated)
    merged = unknown("SCATTER_ND", "fpn/concat", larger, stem)
    heads = convolve("head/conv", merged)
    boxes = unknown("TFLite_Detection_PostProcess", "StatefulPartitionedCall:0", heads)
    return writer.write([image], [boxes])


def test_a_detector_that_was_found_somewhere(tmp_path: Path) -> None:
    path = tmp_path / "detector.tflite"
    path.write_bytes(detector())
    with pytest.raises(TcmError) as caught:
        tcm.compile(path, target="cortex-m55")
    error = caught.value
    assert error.what == "4 of 10 operators cannot be compiled"
    assert error.where == str(path)
    listed = str(error.got).strip().splitlines()
    places = [line.strip().partition(": there is no such operator")[0] for line in listed]
    similar = [line.partition("; similar names: ")[2] for line in listed]
    assert similar == ["", "RESIZE_BILINEAR", "GATHER_ND", ""]
    assert places == [
        "operator 3 SEGMENT_SUM, output 'block1/se/mul'",
        "operator 6 CUSTOM RESIZE_TRILINEAR, output 'fpn/upsample'",
        "operator 7 SCATTER_ND, output 'fpn/concat'",
        "operator 9 CUSTOM TFLite_Detection_PostProcess, output 'StatefulPartitionedCall:0'",
    ]
    assert "docs/operators.md" in str(error.expected)
    assert str(error.hint).startswith("replace operators that are not in the list of docs/")
    assert "; cut the model" in str(error.hint)


def chain(*operators: str) -> bytes:
    """One after the other on int8 tensors, results named by their places."""
    writer = ModelWriter()
    values = [activation(writer, str(place), (1, 8), X) for place in range(len(operators) + 1)]
    for operator, (source, result) in zip(operators, pairwise(values), strict=True):
        writer.operator(operator, [source], result)
    return writer.write(values[:1], values[-1:])


def test_uses_of_an_operator_are_one_line() -> None:
    """How many they are, and where the first ones are."""
    text = message(chain("RANK", "RELU", "RANK", "CustomThing", "RANK", "RANK", "CustomThing"))
    assert "6 of 7 operators cannot be compiled" in text
    assert (
        "    RANK, 4 times: there is no such operator here (operator 0, output '1'; "
        "operator 2, output '3'; operator 4, output '5'; ...)\n"
        "    CUSTOM CustomThing, 2 times: there is no such operator here (operator 3, output '4'; "
        "operator 6, output '7')\n"
    ) in text


def test_the_list_ends_somewhere() -> None:
    text = message(chain(*(f"Custom{index}" for index in range(100))))
    assert "100 of 100 operators cannot be compiled" in text
    assert text.count("there is no such operator here") == 40
    assert "and 60 more" in text


@pytest.mark.parametrize("operator", ["EXP", "L2_POOL_2D", "NEG", "SQUARE"])
def test_what_tflite_micro_has_in_float_only(operator: str) -> None:
    """There is nothing in int8 to equal; what to write instead is said."""
    text = message(chain(operator))
    assert f"operator 0 {operator}, output '1': TFLite-Micro has it in float32 only" in text
    assert "SQUARE as MUL" in text


@pytest.mark.parametrize(
    ("custom", "compiler"),
    [
        ("ethos-u", "Vela, for Arm Ethos-U"),
        ("edgetpu-custom-op", "the Edge TPU compiler"),
        ("XC_conv2d_v2", "the xcore optimizer"),
        ("NeutronGraph", "the Neutron converter, for NXP's eIQ Neutron"),
    ],
)
def test_files_for_another_accelerator(custom: str, compiler: str) -> None:
    """They are quantized; only the file from before that compiler has operators to compile."""
    with pytest.raises(TcmError) as caught:
        import_content(chain(custom))
    hint = f"this file is the result of {compiler}: take the file from before that"
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("operator", "advice"),
    [
        ("FlexErf", "convert without tf.lite.OpsSet.SELECT_TF_OPS"),
        ("TFLite_Detection_PostProcess", "cut the model off before TFLite_Detection_PostProcess"),
        ("BIDIRECTIONAL_SEQUENCE_LSTM", "unroll recurrent layers"),
        ("UNIDIRECTIONAL_SEQUENCE_RNN", "unroll recurrent layers"),
        ("RANK", "replace operators"),
    ],
)
def test_what_to_do_about_an_operator(operator: str, advice: str) -> None:
    assert advice in message(chain(operator))


def test_operators_that_have_effects_are_never_dropped() -> None:
    """ASSIGN_VARIABLE has no outputs; that of a custom operator may be read by nobody."""
    writer = ModelWriter()
    x, y = activation(writer, "x", (1, 8), X), activation(writer, "y", (1, 8), X)
    variable = writer.tensor("variable", (), "resource")
    unread = activation(writer, "unread", (1, 8), X)
    writer.operator("VAR_HANDLE", [], variable, "VarHandleOptions")
    writer.operator("RELU", [x], y)
    writer.operator("ASSIGN_VARIABLE", [unread, y], [])
    writer.operator("Print", [y], unread)
    writer.operator("RELU6", [y], unread)
    text = message(writer.write([x], [y]))
    assert "2 of 3 operators cannot be compiled" in text
    assert "operator 2 ASSIGN_VARIABLE: its variable is not the result of a VAR_HANDLE" in text
    assert "operator 3 CUSTOM Print, output 'unread'" in text


def one(operator: str, **changes: object) -> bytes:
    """A model of one operator on float32 or other tensors."""
    writer = ModelWriter()
    x, y = writer.tensor("x", (1, 8), **changes), writer.tensor("y", (1, 8), **changes)
    writer.operator(operator, [x], y)
    return writer.write([x], [y])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"dtype": "float32"}, "its input is float32, not int8"),
        ({"dtype": "int16", "scales": 0.1}, "its input is int16, not int8"),
        ({"dtype": "uint8", "scales": 0.1, "zero_points": 128}, "its input is uint8, not int8"),
        ({}, "its input has no scale, not one"),
        ({"scales": [0.1] * 8, "axis": 1}, "its input has 8 scales, not one"),
        ({"scales": 0.0}, "its input has the scale 0"),
        ({"scales": float("nan")}, "its input has the scale nan"),
        ({"scales": 1e-38}, "its input has the scale 1e-38"),
        ({"scales": 4.6e-41}, "its input has the scale 4.6"),
        ({"scales": 0.1, "zero_points": 200}, "its input has the zero point 200"),
    ],
)
def test_types_and_scales(changes: dict[str, object], text: str) -> None:
    assert text in message(one("ELU", **changes))


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"dtype": "float32"}, "convert with full integer quantization"),
        ({"dtype": "int16", "scales": 0.1}, "convert with full integer quantization"),
        ({"dtype": "uint8", "scales": 0.1}, "uint8 is the quantization of TensorFlow 1"),
        ({}, "convert with full integer quantization"),
        ({"scales": 4.6e-41}, "calibrate again"),
        ({"scales": 0.0}, "calibrate again"),
        ({"scales": 0.1, "zero_points": 200}, None),
        ({"dtype": "int32"}, None),
    ],
)
def test_what_to_do_fits_the_cause(changes: dict[str, object], hint: str | None) -> None:
    with pytest.raises(TcmError) as caught:
        import_content(one("ELU", **changes))
    found = caught.value.hint
    assert found is None if hint is None else str(found).startswith(hint)


def convolution(
    change: Callable[[ModelWriter], None], input: tuple[int, ...] = (1, 4, 4, 2), **options: int
) -> bytes:
    """x, weight, bias, y are tensors 0 to 3; ``change`` spoils them."""
    writer = ModelWriter()
    activation(writer, "x", input, X)
    writer.constant("weight", np.ones((3, 3, 3, 2), np.int8), scales=[0.1, 0.2, 0.3])
    writer.constant("bias", integers(1, 2, 3), scales=[0.1, 0.2, 0.3])
    activation(writer, "y", (1, 4, 4, 3), Y)
    options = {"Padding": SAME, **CONV, **options}
    writer.operator("CONV_2D", [0, 1, 2], 3, "Conv2DOptions", **options)
    change(writer)
    return writer.write([0], [3])


def spoil(tensor: int, **fields: object) -> Callable[[ModelWriter], None]:
    def change(writer: ModelWriter) -> None:
        for name, value in fields.items():
            setattr(writer.tensors[tensor], name, value)

    return change


@pytest.mark.parametrize(
    ("change", "options", "text"),
    [
        (spoil(1, data=None), {}, "its weight is not constant"),
        (spoil(1, scales=[0.1, 0.2]), {}, "the weights' scales do not fit the weights"),
        (spoil(1, axis=3), {}, "the weights' scales do not fit the weights"),
        (spoil(1, scales=[0.1, float("nan"), 0.3]), {}, "the weights' scales are not usable"),
        (
            spoil(1, scales=[0.1, -0.2, 0.3], data=np.full((3, 3, 3, 2), -128, np.int8)),
            {},
            "the weight cannot change its sign where its scale is negative",
        ),
        (spoil(1, scales=[0.1, float("inf"), 0.3]), {}, "the weights' scales are not usable"),
        (spoil(1, zero_points=[0, 0, 1]), {}, "the weights have zero points"),
        (spoil(1, shape=(3, 18), data=np.ones((3, 18), np.int8)), {}, "weights have a wrong rank"),
        (spoil(2, shape=(2,), data=integers(1, 2)), {}, "the bias does not fit the weights"),
        (spoil(2, dtype="int64", data=np.ones(3, np.int64)), {}, "its bias is int64, not int32"),
        (spoil(0, shape=(1, 4, 8)), {}, "an input of rank 4"),
        (spoil(0, shape=(1, 4, 4, 3)), {}, "conv2d: argument"),
        (spoil(3, scales=1e-20), {}, "scales of inputs and output are too far apart"),
        (spoil(3), {"StrideH": 0}, "StrideH and StrideW are not positive"),
        (spoil(3), {"StrideW": -1}, "StrideH and StrideW are not positive"),
        (spoil(3), {"Padding": 2}, "SAME or VALID padding"),
        (spoil(3), {"Padding": VALID, "DilationHFactor": 9}, "conv2d: argument 'input'"),
    ],
)
def test_convolutions(
    change: Callable[[ModelWriter], None], options: dict[str, int], text: str
) -> None:
    assert text in message(convolution(change, **options))


WIDE = {"dtype": "int16", "scales": 0.001, "zero_points": 0}


def widen(tensor: int = 0, **fields: object) -> Callable[[ModelWriter], None]:
    """int16 all through, but for what spoils ``tensor``."""

    def change(writer: ModelWriter) -> None:
        for place in (0, 3):
            spoil(place, **WIDE)(writer)
        spoil(tensor, **fields)(writer)

    return change


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (widen(3, dtype="int8"), "its tensors are int16 and of another type at once"),
        (widen(0, dtype="int8"), "its tensors are int16 and of another type at once"),
        (widen(0, zero_points=3), "expected: 0 for int16"),
        (widen(3, zero_points=3), "expected: 0 for int16"),
        (widen(1, scales=300.0), "expected: input scale * weight scale / output scale below 128"),
        (widen(1, dtype="int4", data=np.ones(27, np.int8)), "its weight is int4"),
        (
            widen(2, dtype="int64", data=np.full(3, -(1 << 63), np.int64)),
            "its bias is too large",
        ),
        (
            widen(2, data=np.full(3, (1 << 31) - 1, np.int32)),
            "a weighted sum can leave the 32 bits of its accumulator",
        ),
    ],
)
def test_convolutions_of_int16(change: Callable[[ModelWriter], None], text: str) -> None:
    assert text in message(convolution(change))


def wide_depthwise(writer: ModelWriter) -> None:
    """The convolution's operator is a depthwise one."""
    widen(1, shape=(1, 3, 3, 2), data=np.ones((1, 3, 3, 2), np.int8), scales=0.1)(writer)
    spoil(2, shape=(2,), data=integers(1, 2), scales=0.1)(writer)
    spoil(3, shape=(1, 4, 4, 2))(writer)
    writer.operators[0].name = "DEPTHWISE_CONV_2D"
    writer.operators[0].options_type = "DepthwiseConv2DOptions"
    writer.operators[0].options["DepthMultiplier"] = 1


def test_a_bias_of_32_bits_beside_int16_where_tflite_micro_reads_64() -> None:
    assert "its bias is int32" in message(convolution(wide_depthwise))


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        ({"zero_points": 1}, {}, "it has an unexpected quantization"),
        ({}, {"zero_points": 1}, "it has an unexpected quantization"),
        ({}, {"scales": 0.001}, "it has an unexpected quantization"),
        ({"scales": 3.0}, {}, "the scale of the input is out of range"),
        ({"scales": 1e-10}, {}, "the scale of the input is out of range"),
    ],
)
@pytest.mark.parametrize("operator", ["LOGISTIC", "TANH"])
def test_sigmoids_of_int16(
    operator: str, x: dict[str, object], y: dict[str, object], text: str
) -> None:
    writer = ModelWriter()
    given = writer.tensor("x", (1, 8), **(WIDE | x))
    result = writer.tensor("y", (1, 8), **(WIDE | {"scales": 2.0**-15} | y))
    writer.operator(operator, [given], result)
    assert text in message(writer.write([given], [result]))


MOST_TAPS = 66_311
"""Of weights 127 and inputs 127 + 128, whose products fit 32 bits."""


def large_sum(operator: str, taps: int, weight: int = 127, zero_point: int = 0) -> bytes:
    """A weighted sum of so many inputs with zero point -128 and equal weights."""
    depthwise, dense = operator == "DEPTHWISE_CONV_2D", operator == "FULLY_CONNECTED"
    shape, result = ((1, taps), (1, 1)) if dense else ((1, 1, 1, taps), (1, 1, 1, 1))
    if depthwise:
        shape = (1, 1, taps, 1)
    writer = ModelWriter()
    x = activation(writer, "x", shape, (0.01, -128))
    data = np.full(shape, weight, np.int8)
    weights = writer.constant("weight", data, scales=[0.1], zero_points=zero_point)
    y = activation(writer, "y", result, (2.0**9, 0))
    table = {"CONV_2D": "Conv2D", "DEPTHWISE_CONV_2D": "DepthwiseConv2D"}.get(
        operator, "FullyConnected"
    )
    options = {} if dense else {"Padding": VALID, **CONV}
    options |= {"DepthMultiplier": 1} if depthwise else {}
    bias = writer.constant("bias", integers(0), scales=[0.001])
    writer.operator(operator, [x, weights, bias], y, f"{table}Options", **options)
    return writer.write([x], [y])


@pytest.mark.parametrize("weight", [127, -127])
@pytest.mark.parametrize("operator", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_sums_that_leave_32_bits_are_refused(operator: str, weight: int) -> None:
    text = message(large_sum(operator, MOST_TAPS + 1, weight))
    assert "a weighted sum can leave the 32 bits of its accumulator" in text
    assert f"operator 0 {operator}, output 'y'" in text
    total = (MOST_TAPS + 1) * 255 * weight
    assert str([min(total, 0), max(total, 0)]) in text


@pytest.mark.parametrize("weight", [127, -127])
@pytest.mark.parametrize("operator", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_the_largest_sums_equal_litert(operator: str, weight: int) -> None:
    content = large_sum(operator, MOST_TAPS, weight)
    graph = import_content(content)
    shape = graph.types[graph.inputs[0].value].shape
    samples = [[np.full(shape, value, np.int8)] for value in (127, -128, 5)]
    expected = litert(content, samples)
    assert abs(int(expected[0][0].item())) > 100
    for sample, outputs in zip(samples, expected, strict=True):
        assert np.array_equal(run_reference(graph, sample)[0], outputs[0])


def test_the_zero_point_of_weights_counts_in_their_sums() -> None:
    most = ((1 << 31) - 1) // 255**2
    import_content(large_sum("FULLY_CONNECTED", most, 127, -128))
    assert "32 bits" in message(large_sum("FULLY_CONNECTED", most + 1, 127, -128))


def test_what_cannot_change_its_sign_for_a_negative_scale() -> None:
    def change(writer: ModelWriter) -> None:
        writer.tensors[1].scales = [0.1, 0.2, -0.3]
        writer.tensors[1].data = np.zeros_like(writer.tensors[1].data)
        writer.tensors[2].data = integers(-(1 << 31), 2, least)

    least = 1 - (1 << 31)
    import_content(convolution(change))
    least = -(1 << 31)
    assert "the bias cannot change its sign where its scale is negative" in message(
        convolution(change)
    )


def test_a_negative_scale_of_all_weights_of_a_fully_connected_layer() -> None:
    """No other runtime runs it, while a convolution's may be negative."""
    model = dense("a", (1, 4), (2, 4), (1, 2), signs=(-1,))
    assert "the weights' scale is negative" in message(model.content)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (single("a", "MEAN", (1, 4), (1,), constants=[integers(2)]).content,
         "there is no such dimension"),
        (single("a", "MEAN", (1, 4), (1,), constants=[integers(*[1] * 99)]).content,
         "'axes' is too long"),
        (single("a", "RESHAPE", (1, 4), (1, 5), constants=[integers(1, 5)]).content,
         "reshape: argument 'shape'"),
        (single("a", "RESHAPE", (1, 4), (1, 4), constants=[integers(-1, -1)]).content,
         "the new shape is not understood"),
        (single("a", "SQUEEZE", (1, 4), (1,), options_type="SqueezeOptions",
                SqueezeDims=[1]).content, "only dimensions of size 1"),
        (single("a", "EXPAND_DIMS", (1, 4), (1, 4, 1), constants=[integers(4)]).content,
         "there is no such dimension"),
        (single("a", "EXPAND_DIMS", (1, 4), (1, 4, 1), constants=[integers(0, 1)]).content,
         "'axis' is not a single value"),
        (single("a", "TRANSPOSE", (1, 4), (4, 1), constants=[integers(1, 1)]).content,
         "transpose: argument 'permutation'"),
        (single("a", "PAD", (1, 4), (1, 4), constants=[integers(1, 1)]).content,
         "pad: argument 'padding'"),
        (single("a", "PAD", (1, 4), (1, 4), constants=[integers(0, 0, -1, 0)]).content,
         "pad: argument 'padding'"),
        (single("a", "SOFTMAX", (1, 4), (1, 4), options_type="SoftmaxOptions", Beta=1.0).content,
         "SOFTMAX has an unexpected quantization"),
        (single("a", "SOFTMAX", (1, 4), (1, 4), y=(1 / 256, -128),
                options_type="SoftmaxOptions", Beta=0.0).content, "beta is not usable"),
        (single("a", "ADD", (1, 4), (1, 4)).content, "it has no other"),
        (single("a", "RELU", (1, 4), (1, 4), constants=[integers(1)]).content,
         "it has 2 inputs and 1 outputs"),
        (single("a", "CONV_2D", (1, 4), (1, 4), options_type="Pool2DOptions").content,
         "it has no weight"),
        (single("a", "MAX_POOL_2D", (1, 4), (1, 4), options_type="AddOptions").content,
         "its options are those of another operator (AddOptions)"),
        (single("a", "MAX_POOL_2D", (1, 4, 4, 1), (1, 4, 4, 1)).content,
         "FilterHeight and FilterWidth are not positive"),
        (single("a", "QUANTIZE", (1, 4), (1, 4), x=(1e15, 0), y=(1e-15, 0)).content,
         "too far apart"),
    ],
)  # fmt: skip
def test_operators(content: bytes, text: str) -> None:
    found = message(content)
    assert text in found
    assert "operator 0" in found
    assert "output 'y'" in found


def test_an_order_that_cannot_be_executed() -> None:
    writer = ModelWriter()
    x, first, second = (activation(writer, name, (1, 8), X) for name in ("x", "first", "second"))
    writer.operator("ADD", [x, second], first, "AddOptions")
    writer.operator("RELU", [first], second)
    text = message(writer.write([x], [second]))
    assert "a tensor is read before it is computed" in text
    assert "operator 0 ADD, output 'first'" in text


def test_a_tensor_that_is_computed_twice() -> None:
    writer = ModelWriter()
    x, y = (activation(writer, name, (1, 8), X) for name in ("x", "y"))
    writer.operator("RELU", [x], y)
    writer.operator("RELU6", [x], y)
    assert "a tensor is computed twice" in message(writer.write([x], [y]))


def test_an_input_without_a_fixed_shape() -> None:
    writer = ModelWriter()
    x = activation(writer, "image", (1, 1, 1, 3), X, signature=(1, -1, -1, 3))
    y = activation(writer, "y", (1, 1, 1, 3), X)
    writer.operator("RELU", [x], y)
    text = message(writer.write([x], [y]))
    assert "an input has no fixed shape" in text
    assert "input 'image'" in text


def test_ports_that_make_no_sense() -> None:
    writer = ModelWriter()
    x, y = (activation(writer, name, (1, 8), X) for name in ("x", "y"))
    words = writer.tensor("words", (1, 8), "int64")
    lone = writer.tensor("lone", (1, 8), "int8")
    constant = writer.constant("constant", np.ones((1, 8), np.int8), scales=0.1)
    writer.operator("RELU", [x], y)
    assert "an output does not depend on the inputs" in message(writer.write([x], [y, constant]))
    assert "the type of an input is not supported" in message(writer.write([x, words], [y]))
    assert "an input has no usable scale" in message(writer.write([x, lone], [y]))
    assert "a tensor is an input twice" in message(writer.write([x, x], [y]))
    assert "the file is damaged" in message(writer.write([x], []))
    assert "the file is damaged" in message(writer.write([x, 99], [y]))
    assert "version 9" in message(writer.write([x], [y], version=9))


def test_what_is_too_large() -> None:
    padding = integers(0, 0, 0, 1 << 30)
    model = single("a", "PAD", (1, 4), (1, 4), constants=[padding])
    assert "too large for a microcontroller" in message(model.content)
    writer = ModelWriter()
    values = [activation(writer, str(index), (1, 8), X) for index in range(5002)]
    for source, result in pairwise(values):
        writer.operator("RELU", [source], result)
    assert "5001 operators" in message(writer.write(values[:1], values[-1:]))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "not a TensorFlow Lite model"),
        (b"\0" * 7, "not a TensorFlow Lite model"),
        (b"PK\3\4" + b"\0" * 100, "not a TensorFlow Lite model"),
        (b"\0\0\0\0TFL3", "the file is damaged"),
        (b"\xff\xff\xff\xffTFL3" + b"\xff" * 64, "the file is damaged"),
    ],
)
def test_files_of_another_kind(content: bytes, text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.tflite"
    path.write_bytes(content)
    with pytest.raises(TcmError, match=text) as caught:
        import_tflite(path)
    assert str(path) in str(caught.value)


def test_a_pointer_of_git_lfs(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 300568\n"
    )
    with pytest.raises(TcmError, match="a pointer of Git LFS") as caught:
        import_tflite(path)
    assert "git lfs pull" in str(caught.value.hint)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TcmError, match="file not found"):
        import_tflite(tmp_path / "missing.tflite")
    with pytest.raises(TcmError, match="file not found"):
        import_tflite(tmp_path)


def test_the_command_line_says_it_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "float.tflite"
    path.write_bytes(one("LOGISTIC", dtype="float32"))
    program = "from torch_cortex_m.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, "compile", str(path), "-o", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "operator 0 LOGISTIC, output 'y'" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()
