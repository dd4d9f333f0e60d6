"""Kernels are chosen by what was measured, and by the nearest measured layer where nothing was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from measured_layers import M4, fully_connected, layer

from torch_cortex_m import ops
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.measured.measurements import (
    Measurement,
)
from torch_cortex_m.ops.base import Case, Layer
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.cost import packed_bytes
from torch_cortex_m.select.order import order_kernels
from torch_cortex_m.target import Target


def test_measurements_decide_and_without_them_the_folders_order() -> None:
    first, second = kernels = ops.definition("depthwise_conv2d").kernels[:2]
    table = {
        layer().signature.text: {
            first.name: Measurement(1000, 900, 1000, 4000),
            second.name: Measurement(1000, 800, 2000, 100),
        }
    }
    assert order_kernels(layer(), kernels, CostModel(table), "speed") == [second, first]
    assert order_kernels(layer(), kernels, CostModel({}), "speed") == [first, second]


def test_kernels_of_the_same_estimated_time_are_told_apart_by_instructions() -> None:
    kernels = ops.definition("depthwise_conv2d").kernels[:2]
    for cycles, best in ((1009, kernels[1]), (1011, kernels[0])):
        table = {
            layer().signature.text: {
                kernels[0].name: Measurement(1000, 900, 1000, 100),
                kernels[1].name: Measurement(1000, 800, cycles, 100),
            }
        }
        assert order_kernels(layer(), kernels, CostModel(table), "speed")[-1] is best


def test_unmeasured_kernels_that_take_much_flash_are_for_speed() -> None:
    kernels = ops.definition("depthwise_conv2d").kernels[:2]
    large = replace(kernels[1], pack=lambda layer: {"weight": np.zeros(10_000, np.int8)})
    for objective, best in (("speed", large), ("size", kernels[0]), ("balanced", kernels[0])):
        assert order_kernels(layer(), [kernels[0], large], CostModel({}), objective)[-1] is best


def test_unmeasured_kernels_that_take_much_flash_give_way_to_budgets() -> None:
    """Winograd's weights take 3.6 times the flash of others."""
    rng = np.random.default_rng(1)
    tensors = {
        "input": rng.integers(-128, 128, (1, 8, 8, 64)).astype(np.int8),
        "weight": rng.integers(-127, 128, (64, 3, 3, 64)).astype(np.int8),
        "multipliers": np.full(64, 1 << 30, np.int32),
        "shifts": np.full(64, -10, np.int32),
    }
    graph = case_graph(Case("large", Conv2d(padding=(1, 1, 1, 1)), tensors))

    def chosen(target: Target, budget: int | None) -> str:
        preferences = Preferences(flash_bytes=budget)
        return generate(graph, target, preferences=preferences).selection["output"].name

    assert chosen(M4, None) == "conv2d_s8__winograd_dsp"
    assert chosen(M4, 60_000) == "conv2d_s8__columns_dsp"
    assert chosen(replace(M4, flash_bytes=60_000), None) == "conv2d_s8__columns_dsp"


def test_an_unmeasured_layer_takes_the_cost_of_the_nearest_one() -> None:
    near, far = layer(0), layer(3)
    table = {
        near.signature.text: {"k": Measurement(100, 1000, None, 50)},
        far.signature.text: {"k": Measurement(100, 9000, None, 50)},
    }
    estimate = CostModel(table).estimate(near.signature, 200, "k")
    assert estimate is not None
    assert estimate.instructions == 18000
    assert CostModel(table).estimate(near.signature, 200, "other") is None


def test_the_flash_of_an_unmeasured_layer_is_its_own_constants_and_the_kernels_code() -> None:
    """Not that of the nearest layer, which may be much smaller or larger."""

    def dense(outputs: int) -> Layer:
        graph = case_graph(linear_case("dense", (1, 100), outputs))
        return layer_of(graph, graph.nodes[0])

    kernel = ops.definition("linear").kernels[0]
    code = 500
    for measured, other in ((10, 400), (400, 10)):
        constants = {n: packed_bytes(dense(n), kernel) for n in (measured, other)}
        flash = constants[measured] + code
        table = {dense(measured).signature.text: {kernel.name: Measurement(100, 100, 100, flash)}}
        model = CostModel(table)
        for outputs in (measured, other):
            assert model.constant_bytes(dense(outputs), kernel) == constants[outputs]
        assert model.code_bytes(dense(measured), kernel) == code
        assert model.code_bytes(dense(other), kernel) == pytest.approx(code, abs=100)
        assert CostModel({}).code_bytes(dense(other), kernel) == 0


def test_entries_of_unknown_layers_do_not_disturb() -> None:
    known = {"k": Measurement(100, 1000, None, 50)}
    unknown = {"k": Measurement(100, 1, None, 50)}
    names = ("", "a layer", "telepathy input=4", "linear input=many", "linear input")
    table = {layer().signature.text: known} | dict.fromkeys(names, unknown)
    assert CostModel(table).estimate(layer(3).signature, 100, "k") == known["k"]


def test_the_nearest_of_several_measured_layers_counts() -> None:
    table = {
        fully_connected(outputs).signature.text: {
            "k": Measurement(100 * outputs, instructions, None, 5)
        }
        for outputs, instructions in ((2, 900), (9, 1800), (100, 90_000))
    }
    own = fully_connected(10)
    estimate = CostModel(table).estimate(own.signature, 1000, "k")
    assert estimate is not None
    assert estimate.instructions == 2000
