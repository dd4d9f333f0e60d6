"""What the tests of the PyTorch frontend share: import, run, compare."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from torch_cortex_m.frontend.pytorch.importer import import_quantized
from torch_cortex_m.frontend.pytorch.pipeline import quantized_program
from torch_cortex_m.ir import Graph, verify
from torch_cortex_m.run.reference import run_reference


class Function(nn.Module):
    """A function of tensors as a model; further modules are attributes of ``self``."""

    def __init__(self, function: Callable[..., Any], **modules: nn.Module | Tensor) -> None:
        super().__init__()
        self.function = function
        for name, value in modules.items():
            if isinstance(value, nn.Module):
                self.add_module(name, value)
            else:
                self.register_buffer(name, value)

    def forward(self, *inputs: Tensor) -> Any:
        return self.function(self, *inputs)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_tensors(shapes: tuple[tuple[int, ...], ...], seed: int = 0) -> tuple[Tensor, ...]:
    generator = seeded(seed)
    return tuple(torch.randn(shape, generator=generator) for shape in shapes)


def randomize(model: nn.Module, seed: int = 1) -> nn.Module:
    """Gives batch norms statistics and parameters that matter, seeded."""
    generator = seeded(seed)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.running_mean is not None:
            assert module.running_var is not None
            size = module.running_mean.shape
            module.running_mean.copy_(torch.randn(size, generator=generator) * 0.3)
            module.running_var.copy_(torch.rand(size, generator=generator) + 0.5)
            if module.affine:
                module.weight.data.copy_(torch.rand(size, generator=generator) + 0.5)
                module.bias.data.copy_(torch.randn(size, generator=generator) * 0.2)
    return model


def calibration(shapes: tuple[tuple[int, ...], ...], count: int = 4) -> list[tuple[Tensor, ...]]:
    return [random_tensors(shapes, seed) for seed in range(count)]


def run_float(graph: Graph, inputs: tuple[Tensor, ...]) -> list[np.ndarray]:
    return run_reference(graph, [tensor.contiguous().numpy() for tensor in inputs])


def flat_outputs(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[np.ndarray]:
    with torch.no_grad():
        return [output.numpy() for output in pytree.tree_leaves(model(*inputs))]


def output_steps(graph: Graph) -> list[float]:
    """The quantization step of each output."""
    producers = {output: node for node in graph.nodes for output in node.outputs}
    return [producers[port.value].op.scale for port in graph.outputs]


def assert_close_in_steps(
    graph: Graph,
    got: list[np.ndarray],
    expected: list[np.ndarray],
    steps: float = 1.0,
    exact: float = 0.8,
) -> None:
    """Every element within ``steps`` quantization steps, a share of ``exact`` equal."""
    assert len(got) == len(expected)
    for one, other, step in zip(got, expected, output_steps(graph), strict=True):
        assert one.shape == other.shape
        distance = np.abs(one - other) / step
        assert distance.max() <= steps + 1e-3, f"{distance.max():.2f} steps"
        share = float((distance < 0.5).mean())
        assert share >= exact, f"{share:.2f} of the elements are equal"


def signal_to_noise(expected: np.ndarray, got: np.ndarray) -> float:
    """In dB."""
    noise = float(np.square(expected - got).sum())
    return 10.0 * np.log10(float(np.square(expected).sum()) / max(noise, 1e-30))


def check_model(
    model: nn.Module,
    shapes: tuple[tuple[int, ...], ...],
    *,
    steps: float = 1.0,
    exact: float = 0.8,
    decibels: float = 25.0,
    positive: bool = False,
) -> Graph:
    """Imports a float model and compares it with PT2E's program and with the float model."""
    randomize(model)
    data = calibration(shapes)
    if positive:
        data = [tuple(tensor.abs() for tensor in sample) for sample in data]
    inputs = data[0]
    reference = copy.deepcopy(model).eval()
    program = quantized_program(model, inputs, data)
    graph = import_quantized(program, "model")
    verify(graph)
    got = run_float(graph, inputs)
    assert_close_in_steps(graph, got, flat_outputs(program, inputs), steps, exact)
    for expected, result in zip(flat_outputs(reference, inputs), got, strict=True):
        assert signal_to_noise(expected, result) >= decibels
    return graph


def operators(graph: Graph) -> list[str]:
    """The names of the graph's operators in order, without the edges and layout changes."""
    edges = ("quantize", "dequantize", "transpose", "reshape")
    return [node.op.name for node in graph.nodes if node.op.name not in edges]
