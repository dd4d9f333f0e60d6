"""Kernels are chosen by what was measured, and by comparison on near layers where nothing was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import mean

import numpy as np
import pytest
from measured_layers import M4, fully_connected, layer

from torch_cortex_m import ops
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.measured.measurements import Measurement, shipped_measurements
from torch_cortex_m.ops.base import Case, Layer
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.signature import Signature, read_signature
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.cost import Table, packed_bytes
from torch_cortex_m.select.order import order_kernels
from torch_cortex_m.target import CORES, Target


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
    for cycles, best in ((1009, kernels[1]), (1010, kernels[1]), (1011, kernels[0])):
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
    assert chosen(M4, 60_000) == "conv2d_s8__compact_columns_dsp"
    assert chosen(replace(M4, flash_bytes=60_000), None) == "conv2d_s8__compact_columns_dsp"


def test_an_unmeasured_layer_takes_the_cost_of_a_measured_one_by_work() -> None:
    table = {layer(3).signature.text: {"k": Measurement(100, 9000, None, 50)}}
    estimate = CostModel(table).estimate(layer(0).signature, 200, "k")
    assert estimate is not None
    assert estimate.instructions == 18000
    assert CostModel(table).estimate(layer(0).signature, 200, "other") is None


def estimated(
    table: Mapping[int, Mapping[str, int]],
    others: Mapping[int, Mapping[str, int]] | None = None,
    kernels: Sequence[str] = "abc",
) -> dict[str, int]:
    """Time of each kernel on a layer of ten outputs; tables: outputs of a layer, kernel, time."""

    def measured(times: Mapping[int, Mapping[str, int]]) -> Table:
        return {
            fully_connected(outputs).signature.text: {
                kernel: Measurement(100 * outputs, time, time, 5) for kernel, time in own.items()
            }
            for outputs, own in times.items()
        }

    model = CostModel(measured(table), [measured(others or {})])
    signature = fully_connected(10).signature
    found = {kernel: model.estimate(signature, 1000, kernel) for kernel in kernels}
    return {kernel: cost.time[0] for kernel, cost in found.items() if cost is not None}


def test_kernels_are_compared_on_layers_that_both_were_measured_on() -> None:
    """The nearest layer is slow for all kernels, but only the first was measured on it."""
    times = estimated({9: {"a": 9000}, 20: {"a": 1000, "b": 1500}})
    assert times["b"] == pytest.approx(1.5 * times["a"], rel=0.01)


def test_kernels_are_compared_by_way_of_a_third() -> None:
    times = estimated({9: {"a": 1000, "b": 2000}, 20: {"b": 1000, "c": 1500}})
    assert times["c"] == pytest.approx(3 * times["a"], rel=0.01)


def test_near_layers_count_more_than_many_far_ones() -> None:
    far = {outputs: {"a": 100, "b": 900} for outputs in (100, 120, 140, 160, 180)}
    times = estimated({9: {"a": 1000, "b": 500}, **far})
    assert times["b"] == pytest.approx(times["a"] / 2, rel=0.02)


def test_other_cores_tell_what_this_one_does_not() -> None:
    times = estimated({9: {"a": 1000}}, {9: {"a": 100, "b": 300}})
    assert times["b"] == pytest.approx(3 * times["a"], rel=0.01)
    assert times["a"] == pytest.approx(1000 * 10 / 9, rel=0.01)
    times = estimated({20: {"a": 1000, "b": 900}}, {9: {"a": 100, "b": 300}})
    assert times["b"] < times["a"]


def test_a_lean_form_takes_a_share_more_than_its_kernel_and_changes_no_other_estimate() -> None:
    lean = next(kernel for kernel in ops.definition("linear").kernels if kernel.lean_form_of)
    names = (lean.name, str(lean.lean_form_of), "linear_s8__ref")
    near, far = {names[1]: 100_000}, {names[1]: 100_000, names[2]: 300_000}
    alone = estimated({9: near, 20: far}, kernels=names)
    measured = {9: {**near, lean.name: 101_000}, 20: {**far, lean.name: 109_000}}
    both = estimated(measured, kernels=names)
    assert both.keys() - alone.keys() == {lean.name}
    assert 1.01 < both.pop(lean.name) / alone[names[1]] < 1.09
    assert both == alone


def test_the_folders_order_decides_among_kernels_that_do_not_compare() -> None:
    first, second, third = ops.definition("linear").kernels[:3]
    table = {
        fully_connected(8).signature.text: {first.name: Measurement(800, 100, 100, 9)},
        fully_connected(9).signature.text: {second.name: Measurement(900, 900, 900, 9)},
    }
    model = CostModel(table)
    ordered = order_kernels(fully_connected(10), [first, second, third], model, "speed")
    assert ordered == [first, second, third]


def test_a_kernel_that_was_measured_on_the_layer_goes_before_those_that_were_not() -> None:
    first, second, third = ops.definition("linear").kernels[:3]
    times = {8: {first: 900, second: 100}, 10: {first: 900}}
    table = {
        fully_connected(outputs).signature.text: {
            kernel.name: Measurement(100 * outputs, time, time, 9) for kernel, time in own.items()
        }
        for outputs, own in times.items()
    }
    model = CostModel(table)
    ordered = order_kernels(fully_connected(10), [first, second, third], model, "speed")
    assert ordered[-1] is first


@pytest.mark.parametrize("core", CORES)
def test_shipped_layers_are_good_guides_to_each_other(core: str) -> None:
    """Each depthwise layer without the measurements of its fifth: the kernel with the least
    estimated time takes at most 2 % more than the best on average, and never half as much again."""
    table = shipped_measurements(core).for_core(core)
    names = ops.definition("depthwise_conv2d").op.tensor_names()
    texts = sorted(text for text in table if text.startswith("depthwise"))
    losses: list[float] = []
    for part in range(5):
        hidden = texts[part::5]
        model = CostModel({text: table[text] for text in texts if text not in hidden})
        losses += (loss(model, read_signature(text, names), table[text]) for text in hidden)
    assert mean(losses) < 0.02
    assert max(losses) < 0.5


def loss(model: CostModel, signature: Signature, measured: Mapping[str, Measurement]) -> float:
    """How much more time the kernel takes that has the least estimated time."""
    ours = {name: cost for name, cost in measured.items() if not name.endswith("_ref")}
    costs = {name: model.estimate(signature, cost.work, name) for name, cost in ours.items()}
    chosen = min((cost.time, name) for name, cost in costs.items() if cost is not None)[1]
    return ours[chosen].time[0] / min(cost.time[0] for cost in ours.values()) - 1


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


def test_memory_is_that_of_the_nearest_layer_of_this_core() -> None:
    """Scratch memory, and code where there are no constants."""

    def measured(sizes: Mapping[int, int]) -> Table:
        return {
            fully_connected(outputs).signature.text: {
                kernel.name: Measurement(100 * outputs, 900, None, size, 10 * size)
            }
            for outputs, size in sizes.items()
        }

    kernel = replace(ops.definition("linear").kernels[0], pack=lambda layer: {})
    for far, near in ((2, 9), (100, 11)):
        model = CostModel(measured({far: 70, near: 80}), [measured({10: 90})])
        estimate = model.estimate(fully_connected(10).signature, 1000, kernel.name)
        assert estimate is not None
        assert (estimate.flash_bytes, estimate.scratch_bytes) == (80, 800)
        assert model.code_bytes(fully_connected(10), kernel) == 80
    elsewhere = CostModel({}, [measured({9: 90, 40: 100})])
    assert elsewhere.code_bytes(fully_connected(10), kernel) == 90


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
    assert estimate.instructions == pytest.approx(2000, rel=0.02)
