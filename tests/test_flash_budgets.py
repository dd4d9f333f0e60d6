"""Budgets of flash change kernels where that costs the least time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from measured_layers import M4, fully_connected, kernels_with
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m import ops
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.generate.flash_budget import reduced_to
from torch_cortex_m.ir import Graph
from torch_cortex_m.measured.measurements import (
    Measurement,
    Measurements,
)
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.choice import Choice
from torch_cortex_m.select.cost import packed_bytes


def test_a_flash_budget_smaller_than_the_constants_is_refused() -> None:
    """Also where only a smaller layer was measured."""
    graph = case_graph(linear_case("large", (1, 400), 100))
    small = case_graph(linear_case("small", (1, 40), 10))
    names = [kernel.name for kernel in ops.definition("linear").kernels]
    layers = {layer_of(small, small.nodes[0]).signature.text: names}
    table = {s: {n: Measurement(400, 400, 400, 1000) for n in ns} for s, ns in layers.items()}
    measurements = Measurements({"cortex-m4 gcc-12.2": table})
    with pytest.raises(tcm.TcmError, match="flash budget"):
        generate(graph, M4, preferences=Preferences(flash_bytes=30_000, measurements=measurements))
    generate(graph, M4, preferences=Preferences(flash_bytes=43_000, measurements=measurements))


def equal_layers(count: int) -> Graph:
    """Convolutions in a row that share one function, each with weights of its own."""
    layers: list[nn.Module] = []
    for _ in range(count):
        layers += [nn.Conv2d(16, 16, 1, bias=False), nn.ReLU()]
    inputs = (torch.rand(1, 16, 12, 12, generator=torch.Generator().manual_seed(1)),)
    model = nn.Sequential(*layers).eval()
    with torch.no_grad():
        for layer in layers[::2]:
            weight = layer.weight
            assert isinstance(weight, nn.Parameter)
            torch.nn.init.uniform_(weight, 0.02, 0.1)
    return tcm.compile(model, inputs, target="cortex-m4", calibration=[inputs]).graph


def shared_measurements(graph: Graph, code: dict[str, int]) -> Measurements:
    """Kernel -> bytes of code; the later ones in the dict take less time."""
    kernels = {kernel.name: kernel for kernel in ops.definition("conv2d").kernels}
    tables: dict[str, dict[str, Measurement]] = {}
    for node in graph.nodes:
        layer = layer_of(graph, node)
        tables[layer.signature.text] = {
            name: Measurement(
                1000, 9000 - 1000 * rank, None, size + packed_bytes(layer, kernels[name])
            )
            for rank, (name, size) in enumerate(code.items())
        }
    return Measurements({"cortex-m4 gcc-12.2": tables})


def test_a_flash_budget_counts_code_that_layers_share_once() -> None:
    graph = equal_layers(4)
    code = {"conv2d_s8__ref": 1000, "conv2d_s8__columns_scalar": 5000}
    measurements = shared_measurements(graph, code)
    best = generate(graph, M4, preferences=Preferences(measurements=measurements))
    assert {k.name for k in best.selection.values()} == {"conv2d_s8__columns_scalar"}
    functions = set(re.findall(r"TCM_NOINLINE void (\w+)", best.program.files["model.c"]))
    assert len(functions) < 4, "the test needs layers that share a function"
    constants = sum(
        packed_bytes(layer_of(graph, node), best.selection[node.output]) for node in graph.nodes
    )
    needed = constants + 5000 * len(functions)
    fits = Preferences(flash_bytes=needed, measurements=measurements)
    assert generate(graph, M4, preferences=fits).selection == best.selection
    tight = replace(fits, flash_bytes=needed - 1)
    assert generate(graph, M4, preferences=tight).selection != best.selection


def test_layers_that_share_code_change_together_to_save_it() -> None:
    """No layer alone saves anything: the others still need the code."""
    graph = equal_layers(4)
    code = {"conv2d_s8__ref": 1000, "conv2d_s8__columns_scalar": 5000}
    measurements = shared_measurements(graph, code)
    least = Preferences(flash_bytes=5500, measurements=measurements)
    selection = generate(graph, M4, preferences=least).selection
    assert {kernel.name for kernel in selection.values()} == {"conv2d_s8__ref"}


def test_flash_is_not_traded_for_a_kernel_of_unknown_time() -> None:
    """An unknown time is not no time."""
    graph = case_graph(linear_case("dense", (1, 100), 10))
    unknown, small, fast = kernels_with(3)
    costs = {
        small.name: Measurement(1000, 5000, 5000, 2000),
        fast.name: Measurement(1000, 1000, 1000, 6000),
    }
    model = CostModel({fully_connected(10).signature.text: costs})
    choice = Choice.best(graph, {"output": [unknown, small, fast]}, model)
    assert choice.selection["output"] is fast
    assert reduced_to(choice, 3000).selection["output"] is small
    assert reduced_to(choice, 100).selection["output"] is small
