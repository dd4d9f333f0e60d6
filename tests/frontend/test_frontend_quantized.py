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
    calibration,
    operators,
    randomize,
)
from quantized_programs import IMAGE, check_program
from torch import Tensor, nn

from torch_cortex_m.frontend.pytorch import import_pytorch


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
