"""Programs whose quantize and dequantize nodes are written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from foreign_quantizers import (
    PlainQuantizer,
    aten,
    quantized_by,
)
from frontend_checks import (
    calibration,
    operators,
    run_float,
)
from quantized_programs import IMAGE, check_program, equal_share
from torch import Tensor, nn

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch import import_pytorch

LOW = torch.ops.quantized_decomposed


def test_activations_that_are_quantized_on_their_own() -> None:
    """The average is rounded at its input's scale, then once more: softmax shows the difference."""
    model = nn.Sequential(nn.Conv2d(4, 6, 3), nn.AvgPool2d(2), nn.ReLU6(), nn.Softmax(1))
    quantizer = PlainQuantizer(
        others=(
            aten.avg_pool2d.default,
            aten.relu6.default,
            aten.hardtanh.default,
            aten.softmax.int,
        )
    )
    data = calibration((IMAGE,))
    program = quantized_by(quantizer, model, data)
    graph = check_program(program, data, exact=0.0, steps=3.0)
    assert equal_share(graph, program, calibration((IMAGE,), 32)) >= 0.2
    kinds = [operator for operator in operators(graph) if operator != "requantize"]
    assert kinds == ["conv2d", "avg_pool2d", "softmax"]
    assert operators(graph).count("requantize") >= 2


class Manual(nn.Module):
    """A program written with quantize and dequantize operators by hand."""

    def __init__(self, body: Callable[..., Any], **constants: Tensor) -> None:
        super().__init__()
        self.body = body
        for name, value in constants.items():
            self.register_buffer(name, value)

    def forward(self, *inputs: Tensor) -> Any:
        return self.body(self, *inputs)


def quantized(x: Tensor, scale: float = 0.02, zero_point: int = 3, *rest: Any) -> Tensor:
    low, high, dtype = rest or (-128, 127, torch.int8)
    return LOW.quantize_per_tensor.default(x, scale, zero_point, low, high, dtype)


def real(x: Tensor, scale: float = 0.02, zero_point: int = 3, *rest: Any) -> Tensor:
    low, high, dtype = rest or (-128, 127, torch.int8)
    return LOW.dequantize_per_tensor.default(x, scale, zero_point, low, high, dtype)


def through(x: Tensor, scale: float = 0.02, zero_point: int = 3, *rest: Any) -> Tensor:
    return real(quantized(x, scale, zero_point, *rest), scale, zero_point, *rest)


INT8_WEIGHT = torch.arange(-6, 6, dtype=torch.int8).reshape(3, 4) * 20


def test_int8_inputs_and_outputs_stay() -> None:
    model = Manual(lambda m, x: quantized(through(real(x) + real(x), 0.05, -1), 0.05, -1))
    inputs = (torch.arange(-128, 128).to(torch.int8).reshape(16, 16),)
    graph = import_pytorch(model, inputs)
    assert [graph.types[port.value].dtype for port in graph.inputs + graph.outputs] == ["int8"] * 2
    got = run_float(graph, inputs)[0].astype(int)
    assert np.abs(got - model(*inputs).numpy()).max() <= 1


def test_equal_parameters_vanish_and_others_requantize() -> None:
    model = Manual(lambda m, x: through(through(through(x), 0.02, 3), 0.05, -7))
    graph = check_program(model, calibration(((4, 8),)))
    assert [n.op.name for n in graph.nodes] == ["quantize", "requantize", "dequantize"]


def test_one_value_quantized_in_two_ways() -> None:
    model = Manual(lambda m, x: (through(y := through(x) + 1.0, 0.03, 0), through(y, 0.02, 5)))
    graph = check_program(model, calibration(((4, 8),)), exact=0.5, steps=2.0)
    assert operators(graph) == ["table", "requantize"]


def test_linear_weights_may_have_a_zero_point() -> None:
    model = Manual(
        lambda m, x: through(functional.linear(through(x), real(m.w, 0.01, 11)), 0.1, 2),
        w=INT8_WEIGHT,
    )
    graph = check_program(model, calibration(((5, 4),)))
    assert [n.op.weight_offset for n in graph.nodes if n.op.name == "linear"] == [-11]


def conv_with_zero_point(model: nn.Module, x: Tensor) -> Tensor:
    return through(functional.conv2d(through(x), real(model.w, 0.01, 11)), 0.1, 2)  # type: ignore[arg-type]


UNSIGNED = (0, 255, torch.uint8)
ERRORS: list[tuple[str, Callable[..., Any], tuple[int, ...], str]] = [
    ("unsigned", lambda m, x: through(through(x, 0.02, 128, *UNSIGNED) + 1.0), (2, 4), "uint8"),
    ("int16", lambda m, x: through(x, 0.02, 0, -32768, 32767, torch.int16), (2, 4), "int16"),
    ("conv_zero_point", conv_with_zero_point, (1, 4, 4, 4), "symmetric"),
    ("float_result", lambda m, x: through(x) + 1.0, (2, 4), "never computes in float"),
    (
        "float_result_in_the_middle",
        lambda m, x: through(functional.linear(through(x) + 1.0, real(m.w, 0.01, 0))),
        (2, 4),
        "never computes in float",
    ),
    ("float_operand", lambda m, x: through(torch.relu(x)), (2, 4), "not quantized"),
    (
        "float_weight",
        lambda m, x: through(functional.linear(through(x), m.f)),
        (2, 4),
        "weight of 'linear'",
    ),
    ("other_parameters", lambda m, x: real(quantized(x), 0.03, 3), (2, 4), "other parameters"),
    ("batch_norm", lambda m, x: through(m.norm(through(x))), (2, 4), "batch_norm"),
    ("unsupported", lambda m, x: through(torch.lgamma(through(x))), (2, 4), "lgamma"),
]


@pytest.mark.parametrize(
    ("body", "shape", "expected"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS]
)
def test_programs_that_do_not_compile(
    body: Callable[..., Any], shape: tuple[int, ...], expected: str
) -> None:
    weight = INT8_WEIGHT if len(shape) == 2 else INT8_WEIGHT.reshape(3, 4, 1, 1)
    model = Manual(body, w=weight, f=torch.ones(3, 4))
    model.norm = nn.BatchNorm1d(4)
    with pytest.raises(TcmError) as caught:
        import_pytorch(model, calibration((shape,))[0])
    text = str(caught.value)
    assert expected in text
    assert caught.value.where is not None
    assert caught.value.hint is not None


def test_sums_that_leave_32_bits_are_refused() -> None:
    model = nn.Linear(70_000, 2)
    nn.init.ones_(model.weight[1])
    data = [(torch.full((1, 70_000), value),) for value in (-1.0, 0.0)]
    program = quantized_by(PlainQuantizer(), model, data)
    with pytest.raises(TcmError) as caught:
        import_pytorch(program, data[0])
    text = str(caught.value)
    assert "a weighted sum can leave the 32 bits of its accumulator" in text
    assert "in output channel 1 (1 of 2 channels" in text
    assert "linear" in str(caught.value.where)
