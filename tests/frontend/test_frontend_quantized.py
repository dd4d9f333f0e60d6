"""Programs that another PT2E quantizer has quantized compile, to the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from foreign_quantizers import (
    PER_TENSOR_WEIGHT,
    PlainQuantizer,
    aten,
    quantized_by,
    xnnpack,
)
from frontend_checks import (
    Function,
    assert_close_in_steps,
    calibration,
    flat_outputs,
    operators,
    randomize,
    run_float,
)
from torch import Tensor, nn

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.ir import Graph, verify

IMAGE = (1, 4, 8, 8)
LOW = torch.ops.quantized_decomposed


class Small(nn.Module):
    """What all quantizers here can quantize, with data movement in between."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.head = nn.Linear(8 * 16, 5)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm(self.conv(x)))
        y = torch.relu(self.depthwise(y) + y)
        y = functional.max_pool2d(y, 2)
        return self.head(torch.dropout(torch.flatten(y, 1), 0.1, False))


QUANTIZERS: dict[str, Callable[[], Any]] = {
    "xnnpack_per_channel": lambda: xnnpack(per_channel=True),
    "xnnpack_per_tensor": lambda: xnnpack(per_channel=False),
    "plain": PlainQuantizer,
    "plain_per_tensor": lambda: PlainQuantizer(weights=PER_TENSOR_WEIGHT),
    "integer_bias": lambda: PlainQuantizer(integer_bias=True),
    "integer_bias_per_tensor": lambda: PlainQuantizer(integer_bias=True, weights=PER_TENSOR_WEIGHT),
    "narrow_activations": lambda: PlainQuantizer({"quant_min": -127, "quant_max": 127}),
    "symmetric_activations": lambda: PlainQuantizer({"qscheme": torch.per_tensor_symmetric}),
}


def check_program(
    program: nn.Module, data: list[tuple[Tensor, ...]], exact: float = 0.8, steps: float = 1.0
) -> Graph:
    graph = import_pytorch(program, data[0])
    verify(graph)
    expected = flat_outputs(program, data[0])
    assert_close_in_steps(graph, run_float(graph, data[0]), expected, steps, exact)
    return graph


@pytest.mark.parametrize("name", QUANTIZERS)
def test_quantizers(name: str) -> None:
    torch.manual_seed(5)
    data = calibration((IMAGE,))
    program = quantized_by(QUANTIZERS[name](), randomize(Small()), data)
    graph = check_program(program, data, exact=0.6)
    kinds = [operator for operator in operators(graph) if operator != "requantize"]
    assert kinds == ["conv2d", "depthwise_conv2d", "add", "max_pool2d", "linear"]
    assert {"conv", "depthwise", "add", "head", "head.weight", "head.bias"} <= set(graph.types)
    assert next(n for n in graph.nodes if n.output == "conv").source.startswith("conv (")


def test_narrow_activations_stay_narrow() -> None:
    data = calibration(((2, 4),))
    quantizer = PlainQuantizer({"quant_min": -127, "quant_max": 127})
    graph = check_program(quantized_by(quantizer, nn.Linear(4, 3), data), data)
    assert [n.op.activation_min for n in graph.nodes if n.op.name == "linear"] == [-127]


def test_integer_biases_keep_their_integers() -> None:
    data = calibration(((2, 4),))
    program = quantized_by(PlainQuantizer(integer_bias=True), nn.Linear(4, 3), data)
    stored = [value for value in program.state_dict().values() if value.dtype == torch.int32]
    graph = check_program(program, data)
    assert len(stored) == 1
    assert np.array_equal(graph.constants["linear.bias"], stored[0].numpy())


def test_weights_that_are_not_folded_yet() -> None:
    data = calibration((IMAGE,))
    program = quantized_by(PlainQuantizer(), randomize(Small()), data, fold_quantize=False)
    check_program(program, data, exact=0.6)


def test_saved_and_exported_again(tmp_path: Path) -> None:
    data = calibration((IMAGE,))
    program = quantized_by(xnnpack(per_channel=True), randomize(Small()), data)
    path = tmp_path / "quantized.pt2"
    torch.export.save(torch.export.export(program, data[0]), path)
    graph = import_pytorch(path, None)
    expected = import_pytorch(program, data[0])
    assert [n.op for n in graph.nodes] == [n.op for n in expected.nodes]


def test_core_aten_form() -> None:
    """Linear as addmm with a transposed weight, as run_decompositions leaves it."""
    data = calibration(((2, 4),))
    program = quantized_by(PlainQuantizer(), nn.Linear(4, 3), data)
    core = torch.export.export(program, data[0]).run_decompositions()
    assert any(node.target is aten.addmm.default for node in core.graph.nodes)
    graph = import_pytorch(core, data[0])
    expected = import_pytorch(program, data[0])
    assert [n.op for n in graph.nodes] == [n.op for n in expected.nodes]
    for one, other in zip(graph.constants.values(), expected.constants.values(), strict=True):
        assert np.array_equal(one, other)


def test_quantization_that_starts_and_ends_behind_data_movement() -> None:
    model = Function(
        lambda m, x: m.linear(x.flatten(1).unsqueeze(0)).transpose(1, 2),
        linear=nn.Linear(256, 3),
    )
    data = calibration((IMAGE,))
    graph = check_program(quantized_by(PlainQuantizer(), model, data), data)
    assert graph.nodes[0].op.name == "quantize"
    assert graph.nodes[-1].op.name == "dequantize"


def test_a_softmax_at_the_end_has_its_own_range() -> None:
    data = calibration(((2, 8),))
    program = quantized_by(PlainQuantizer(), nn.Sequential(nn.Linear(8, 4), nn.Softmax(1)), data)
    graph = check_program(program, data)
    assert operators(graph) == ["linear", "softmax"]


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
    graph = check_program(quantized_by(quantizer, model, data), data, exact=0.2, steps=3.0)
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


@dataclass
class OtherBiasScale(PlainQuantizer):
    """Biases half a percent off the scale of the sums."""

    def _bias(self, node: Any) -> Any:
        spec = super()._bias(node)

        def derive(observers: list[Any]) -> tuple[Tensor, Tensor]:
            scale, zero_point = spec.derive_qparams_fn(observers)
            return scale * 1.005, zero_point

        return replace(spec, derive_qparams_fn=derive)


def test_biases_of_another_scale_are_quantized_anew() -> None:
    data = calibration(((2, 4),))
    model = nn.Linear(4, 3)
    nn.init.constant_(model.bias, 5.0)
    program = quantized_by(OtherBiasScale(integer_bias=True), model, data)
    (stored,) = [value for value in program.state_dict().values() if value.dtype == torch.int32]
    bias = import_pytorch(program, data[0]).constants["linear.bias"]
    assert np.abs(bias - 1.005 * stored.numpy()).max() <= 1
    assert np.abs(bias - stored.numpy()).min() > 1
