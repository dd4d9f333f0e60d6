"""TensorFlow Lite's functions and products: what no other runtime judges, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from function_models import LEAST, div
from judges import tflite_micro
from model_writer import Form, ModelWriter
from operator_models import activation, conv
from uint8_models import in_bytes

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.run.reference import run_reference


def test_log_softmax_of_floats() -> None:
    """TFLite-Micro calls the C library's exp and log, whose last bit is the library's."""
    writer, shape = ModelWriter(), (400, 10)
    x = activation(writer, "x", shape, (0.5, 21))
    real, y = writer.tensor("real", shape, "float32"), writer.tensor("y", shape, "float32")
    writer.operator("DEQUANTIZE", [x], real)
    writer.operator("LOG_SOFTMAX", [real], y)
    model = writer.write([x], [y])
    sample = [np.random.default_rng(3).integers(-128, 128, shape).astype(np.int8)]
    (got,) = run_reference(import_content(model), sample)
    ((expected,),) = tflite_micro(model, [sample])
    np.testing.assert_allclose(got, expected, rtol=2**-23, atol=2**-23)
    assert (got == expected).mean() > 0.95


def test_a_result_of_another_type_is_refused() -> None:
    writer = ModelWriter()
    x, y = writer.tensor("x", (1, 4), "float32"), activation(writer, "y", (1, 4), (1 / 16, 127))
    writer.operator("LOG_SOFTMAX", [x], y)
    with pytest.raises(TcmError, match="its result has another type"):
        import_content(writer.write([x], [y]))


def test_quantizations_that_functions_do_not_have() -> None:
    writer = ModelWriter()
    x, y = activation(writer, "x", (1, 4), (0.1, 3)), activation(writer, "y", (1, 4), (0.1, 127))
    writer.operator("LOG_SOFTMAX", [x], y)
    with pytest.raises(TcmError, match="LOG_SOFTMAX has an unexpected quantization"):
        import_content(writer.write([x], [y]))
    with pytest.raises(TcmError, match="scales of a division are too far apart"):
        import_content(div("far", ((4,), (4,), (4,)), divisor=(1e-5, LEAST), y=(1e-5, 0)).content)


def test_a_bias_beside_computed_weights_is_refused() -> None:
    writer = ModelWriter()
    x, w, y = (activation(writer, name, (2, 2), (0.1, 3)) for name in "xwy")
    bias = writer.constant("bias", np.array([0, 1], np.int32))
    writer.operator("FULLY_CONNECTED", [x, w, bias], y, "FullyConnectedOptions")
    with pytest.raises(TcmError, match="a bias beside weights that are computed"):
        import_content(writer.write([x, w], [y]))


def test_weights_of_four_bits_that_are_not_all_there() -> None:
    writer = ModelWriter()
    x, y = activation(writer, "x", (1, 4), (0.1, 3)), activation(writer, "y", (1, 3), (0.1, 3))
    weight = writer.tensor("weight", (3, 4), "int4", scales=0.1, data=np.zeros(5, np.uint8))
    writer.operator("FULLY_CONNECTED", [x, weight], y, "FullyConnectedOptions")
    with pytest.raises(TcmError, match="the file is damaged"):
        import_content(writer.write([x], [y]))


def test_uint8_weights_of_nine_bits_in_groups_are_refused() -> None:
    """TensorFlow 1, which gave weights a zero point, had no groups."""
    model = in_bytes(conv("groups", (1, 4, 4, 4), (6, 3, 3, 2), (1, 4, 4, 6), per_channel=False))
    with pytest.raises(TcmError, match="uint8 weights in groups"):
        import_content(model.content.file.write(Form()))


def test_int8_and_uint8_at_once_are_refused() -> None:
    writer = ModelWriter()
    x = activation(writer, "x", (1, 4), (0.1, 3))
    y = writer.tensor("y", (1, 4), "uint8", scales=0.1, zero_points=3)
    writer.operator("RELU", [x], y)
    with pytest.raises(TcmError, match="int8 and uint8 at once"):
        import_content(writer.write([x], [y]))
