"""Measuring kernels and choosing by what was measured."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import needs_emulator
from models.small_networks import separable
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m import ops
from torch_cortex_m.commands import tune_folder
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.generate.flash_budget import reduced_to
from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import MemoryPlan
from torch_cortex_m.measured.measurements import (
    Measurement,
    Measurements,
    load_measurements,
    shipped_measurements,
)
from torch_cortex_m.ops.base import Case, Kernel, Layer
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.ops.signature import read_signature
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.choice import Choice
from torch_cortex_m.select.cost import packed_bytes
from torch_cortex_m.select.objective import SAME_TIME, order_kernels
from torch_cortex_m.select.ram_budget import ArenaPlanner, within_ram
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.tune import Candidate, measure_candidates, tune_graph

M4 = CORES["cortex-m4"]


@pytest.fixture(scope="module")
def compiled() -> tcm.CompiledModel:
    model, inputs, calibration = separable()
    return tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)


@pytest.fixture(scope="module")
def tuned(compiled: tcm.CompiledModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tune") / "tuning.json"
    tune_graph(compiled.graph, M4, path)
    return path


def layer(case: int = 0, operator: str = "depthwise_conv2d") -> Layer:
    graph = case_graph(ops.cases(operator)[case])
    return layer_of(graph, graph.nodes[0])


@needs_emulator
def test_every_kernel_of_every_layer_is_measured(compiled: tcm.CompiledModel, tuned: Path) -> None:
    data = load_measurements(tuned).for_core("cortex-m4")
    for node in compiled.graph.computing_nodes():
        kernels = data[layer_of(compiled.graph, node).signature.text]
        assert f"{node.op.name}_s8__ref" in kernels
        for measurement in kernels.values():
            assert measurement.instructions > 0
            assert (measurement.cycles or 0) > 0
            assert measurement.flash_bytes > 0
    assert all(
        name.startswith("cortex-m4 gcc-") for name in json.loads(tuned.read_text())["tables"]
    )


def without_large_memory(core: str) -> Target:
    machine = CORES[core].machine
    assert machine is not None
    return replace(CORES[core], machine=replace(machine, large=None))


@needs_emulator
def test_what_does_not_fit_into_one_image_is_measured_in_several() -> None:
    large = linear_case("large", (1, 400), 600)
    candidates = [
        Candidate("large", "linear_s8__ref", large)
    ] * 3  # of 512 KiB, each takes 240 000 bytes
    measurements = measure_candidates(candidates, without_large_memory("cortex-m55"))
    assert len(measurements) == 3
    assert len(set(measurements)) == 1


@needs_emulator
def test_a_layer_too_large_for_the_emulated_board_is_an_error_with_figures() -> None:
    candidate = Candidate("huge", "linear_s8__ref", linear_case("huge", (1, 800), 800))
    with pytest.raises(tcm.TcmError) as error:
        measure_candidates([candidate], without_large_memory("cortex-m55"))
    text = str(error.value)
    assert "does not fit" in text
    assert "524288" in text


@needs_emulator
def test_nothing_is_measured_twice_and_an_executor_may_do_the_work(
    compiled: tcm.CompiledModel, tuned: Path, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    tune_graph(compiled.graph, M4, tuned, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) == 1
    assert seen[0][0] == seen[0][1]
    partial = load_measurements(tuned)
    (table,) = partial.tables
    dropped = next(iter(partial.tables[table]))
    del partial.tables[table][dropped]
    partial.save(tmp_path / "partial.json")
    with ThreadPoolExecutor(1) as pool:
        tune_graph(compiled.graph, M4, tmp_path / "partial.json", executor=pool)
    assert (tmp_path / "partial.json").read_text() == tuned.read_text()


@needs_emulator
def test_tuned_choices_are_never_slower(compiled: tcm.CompiledModel, tuned: Path) -> None:
    table = load_measurements(tuned).for_core("cortex-m4")
    preferences = Preferences(measurements=load_measurements(tuned))
    after = generate(compiled.graph, M4, preferences=preferences)
    for name, kernel in after.selection.items():
        node = compiled.graph.producer(name)
        assert node is not None
        costs = table[layer_of(compiled.graph, node).signature.text]
        fastest = min(cost.time[0] for cost in costs.values())
        ties = [cost for cost in costs.values() if cost.time[0] <= SAME_TIME * fastest]
        assert costs[kernel.name] in ties
        assert costs[kernel.name].instructions == min(cost.instructions for cost in ties)


def test_measurements_decide_and_objectives_differ() -> None:
    kernels = ops.definition("depthwise_conv2d").kernels
    names = [kernel.name for kernel in kernels[:2]]
    fast, small = names
    table = {
        layer().signature.text: {
            fast: Measurement(1000, 900, 1000, 4000),
            small: Measurement(1000, 800, 2000, 100),
        }
    }
    model = CostModel(table)
    assert order_kernels(layer(), kernels[:2], model, "speed")[-1].name == fast
    assert order_kernels(layer(), kernels[:2], model, "size")[-1].name == small
    assert order_kernels(layer(), kernels[:2], model, "balanced")[-1].name == small
    assert order_kernels(layer(), kernels[:2], CostModel({}), "speed") == list(kernels[:2])


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
        assert model.flash_bytes(dense(measured), kernel) == flash
        assert model.flash_bytes(dense(other), kernel) == pytest.approx(
            constants[other] + code, abs=100
        )
        assert CostModel({}).flash_bytes(dense(other), kernel) == constants[other]


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


@pytest.mark.parametrize("core", CORES)
def test_the_text_of_every_shipped_layer_says_all_of_its_signature(core: str) -> None:
    table = shipped_measurements(core).for_core(core)
    assert table
    for text in table:
        operator = ops.definition(text.partition(" ")[0]).op
        assert read_signature(text, operator.tensor_names()).text == text


@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_the_signature_of_every_case_is_read_back(operator: str) -> None:
    for index in range(len(ops.cases(operator))):
        found = layer(index, operator).signature
        assert read_signature(found.text, ops.definition(operator).op.tensor_names()) == found


@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_quantization_data_are_tensors_or_fields(operator: str) -> None:
    op = ops.definition(operator).op
    fields = {item.name for item in dataclasses.fields(op)}
    assert op.quantization_data <= fields | set(op.tensor_names())


def test_entries_of_unknown_layers_do_not_disturb() -> None:
    known = {"k": Measurement(100, 1000, None, 50)}
    unknown = {"k": Measurement(100, 1, None, 50)}
    names = ("", "a layer", "telepathy input=4", "linear input=many", "linear input")
    table = {layer().signature.text: known} | dict.fromkeys(names, unknown)
    assert CostModel(table).estimate(layer(3).signature, 100, "k") == known["k"]


def test_signatures_leave_quantization_out() -> None:
    text = layer().signature.text
    assert text.startswith("depthwise_conv2d input=1x8x8x4 weight=1x3x3x4 stride=1,1")
    assert "offset" not in text
    assert "depth_multiplier=1" in text


def test_budgets_are_kept_or_refused(compiled: tcm.CompiledModel) -> None:
    arena = compiled.generated.plan.arena_bytes
    fits = generate(compiled.graph, M4, preferences=Preferences(ram_bytes=100_000))
    assert fits.selection == compiled.generated.selection
    if compiled.generated.plan.scratch:
        tight = generate(compiled.graph, M4, preferences=Preferences(ram_bytes=arena - 16))
        assert tight.plan.arena_bytes <= arena - 16
    with pytest.raises(tcm.TcmError, match="RAM budget"):
        generate(compiled.graph, M4, preferences=Preferences(ram_bytes=16))


def two_convolutions() -> Graph:
    """Two equal layers in a row, whose best kernels need scratch memory at the arena's peak."""
    convolutions = [nn.Conv2d(16, 16, 3, padding=1) for _ in range(2)]
    model = nn.Sequential(convolutions[0], nn.ReLU(), convolutions[1], nn.ReLU())
    inputs = (torch.randn(1, 16, 12, 12, generator=torch.Generator().manual_seed(1)),)
    return tcm.compile(model.eval(), inputs, target="cortex-m4", calibration=[inputs]).graph


def test_a_ram_budget_changes_all_layers_at_the_peak() -> None:
    graph = two_convolutions()
    best = generate(graph, M4)
    arena = best.plan.arena_bytes
    names = {kernel.name for kernel in best.selection.values()}
    assert names == {"conv2d_s8__winograd_dsp"}, "the test needs kernels with scratch memory"
    tight = generate(graph, M4, preferences=Preferences(ram_bytes=arena - 16))
    assert tight.plan.arena_bytes <= arena - 16
    assert "conv2d_s8__ref" not in {kernel.name for kernel in tight.selection.values()}
    least = generate(graph, M4, preferences=Preferences(ram_bytes=16 * 12 * 12))
    assert least.plan.arena_bytes == 16 * 12 * 12
    assert not least.plan.regions
    less = generate(graph, M4, preferences=Preferences(ram_bytes=16 * 12 * 12 - 1))
    assert less.plan.arena_bytes < 16 * 12 * 12
    assert len(less.plan.regions) == 1


def test_a_flash_budget_keeps_the_ram_budget() -> None:
    """The smallest code may need the most scratch memory; it is no way out of a flash budget."""
    graph = two_convolutions()
    table = {
        layer_of(graph, node).signature.text: {
            "conv2d_s8__ref": Measurement(1000, 9000, 9000, 6000),
            "conv2d_s8__winograd_dsp": Measurement(1000, 1000, 1000, 5000),
        }
        for node in graph.nodes
        if node.op.name == "conv2d"
    }
    measurements = Measurements({"cortex-m4 gcc-12.2": table})
    for budget in (13_000, 11_000):
        preferences = Preferences(
            flash_bytes=budget, ram_bytes=16 * 12 * 12, measurements=measurements
        )
        if budget < 12_000:
            with pytest.raises(tcm.TcmError, match="flash budget"):
                generate(graph, M4, preferences=preferences)
        else:
            assert generate(graph, M4, preferences=preferences).plan.arena_bytes == 16 * 12 * 12


@needs_emulator
def test_a_flash_budget_changes_kernels(compiled: tcm.CompiledModel, tuned: Path) -> None:
    measurements = load_measurements(tuned)
    table = measurements.for_core("cortex-m4")

    def flash(selection: dict) -> int:
        nodes = [node for node in compiled.graph.nodes if node.output in selection]
        return sum(
            table[layer_of(compiled.graph, n).signature.text][selection[n.output].name].flash_bytes
            for n in nodes
        )

    fast = generate(compiled.graph, M4, preferences=Preferences(measurements=measurements))
    limit = flash(fast.selection) - 1
    less = generate(
        compiled.graph, M4, preferences=Preferences(flash_bytes=limit, measurements=measurements)
    )
    assert flash(less.selection) <= limit
    with pytest.raises(tcm.TcmError, match="flash budget"):
        generate(
            compiled.graph, M4, preferences=Preferences(flash_bytes=10, measurements=measurements)
        )


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


def test_tuning_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    for name in ("bad.json", "missing.json"):
        with pytest.raises(tcm.TcmError, match="not a tuning file"):
            load_measurements(tmp_path / name)
    whole = {"work": 4, "instructions": 9, "cycles": None, "flash_bytes": 8, "scratch_bytes": 0}
    wrong = [{"cycles": "a"}, {"work": None}, {"flash_bytes": None}, {"instructions": -1}]
    wrong += [{"work": True}, {"cycles": 1.5}, {"scratch_bytes": [1]}, {"other": 1}]
    for change in [{}, *wrong]:
        tables = {"cortex-m4 gcc": {"a layer": {"a kernel": whole | change}}}
        path = tmp_path / "tuning.json"
        path.write_text(json.dumps({"format": 1, "tables": tables}))
        if not change:
            load_measurements(path)
            continue
        with pytest.raises(tcm.TcmError, match=f"(?s)not a tuning file.*{next(iter(change))}"):
            load_measurements(path)
    with pytest.raises(tcm.TcmError, match="cannot write the tuning file"):
        Measurements().save(Path("/proc/nothing/t.json"))


@needs_emulator
def test_a_dask_cluster_may_do_the_work(
    compiled: tcm.CompiledModel, tuned: Path, tmp_path: Path
) -> None:
    """As docs/tuning.md shows it, with workers in this process."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False}
    with distributed.Client(**options, dashboard_address=None) as client:
        path = tmp_path / "tuning.json"
        tune_graph(compiled.graph, M4, path, executor=client.get_executor())
    assert path.read_text() == tuned.read_text()


@needs_emulator
def test_tuning_a_folder_keeps_what_it_was_compiled_for(tuned: Path, tmp_path: Path) -> None:
    model, inputs, calibration = separable()
    free = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)
    budget = free.generated.plan.arena_bytes
    compiled = tcm.compile(
        model, inputs, target="cortex-m4", calibration=calibration, optimize="size", ram=budget
    )
    folder = compiled.save(tmp_path / "out")
    tune_folder(folder, tuned, 1)
    kept = tcm.load(folder).generated
    assert kept.preferences == Preferences("size", ram_bytes=budget)
    table = load_measurements(tuned).for_core("cortex-m4")
    for name, kernel in kept.selection.items():
        node = kept.graph.producer(name)
        assert node is not None
        costs = table[layer_of(kept.graph, node).signature.text]
        assert costs[kernel.name].flash_bytes == min(cost.flash_bytes for cost in costs.values())
    tune_folder(folder, tuned, 1, optimize="speed", flash=100_000)
    changed = tcm.load(folder).generated.preferences
    assert changed == Preferences("speed", flash_bytes=100_000, ram_bytes=budget)
    with pytest.raises(tcm.TcmError, match="RAM budget"):
        tune_folder(folder, tuned, 1, ram=16)


def test_folders_without_preferences_or_with_nonsense(
    compiled: tcm.CompiledModel, tmp_path: Path
) -> None:
    folder = compiled.save(tmp_path / "out")
    plan = json.loads((folder / "plan.json").read_text())
    assert plan.pop("preferences")["objective"] == "speed"
    (folder / "plan.json").write_text(json.dumps(plan))
    assert tcm.load(folder).generated.preferences == Preferences(prefer_library=False)
    for nonsense in ({"objective": "luck"}, {"ram_bytes": "much"}, {"colour": 1}, [1], None):
        (folder / "plan.json").write_text(json.dumps({**plan, "preferences": nonsense}))
        with pytest.raises(tcm.TcmError, match="damaged"):
            tcm.load(folder)


def fully_connected(outputs: int, inputs: int = 100) -> Layer:
    graph = case_graph(linear_case("dense", (1, inputs), outputs))
    return layer_of(graph, graph.nodes[0])


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


@pytest.mark.parametrize("operator", ["pad", "avg_pool2d"])
def test_values_of_padding_are_no_structure(operator: str) -> None:
    graph = case_graph(next(iter(ops.cases(operator))))
    plain = layer_of(graph, graph.nodes[0])
    name = "value" if operator == "pad" else "padding_value"
    texts = {replace(plain, op=replace(plain.op, **{name: v})).signature.text for v in (0, 17)}
    assert len(texts) == 1
    assert "value" not in texts.pop()


def kernels_with(count: int) -> list[Kernel]:
    """Kernels whose constants take ten bytes."""
    records = [kernel for kernel in ops.definition("linear").kernels if not kernel.symbols]
    pack = {"weight": np.zeros(10, np.int8)}
    return [replace(record, pack=lambda layer: pack) for record in records[:count]]


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


def test_a_ram_budget_holds_where_kernels_fit_one_by_one_only() -> None:
    """The arena may have gaps that two nodes' scratch memory together does not fit."""
    graph = case_graph(linear_case("dense", (1, 10), 10))
    first = graph.nodes[0]
    second = replace(first, inputs=("output", *first.inputs[1:]), outputs=("second",))
    graph.nodes.append(second)
    graph.types["second"] = graph.types["output"]
    lean, fast = kernels_with(2)
    choice = Choice.best(
        graph, {name: [lean, fast] for name in ("output", "second")}, CostModel({})
    )
    arenas = {0: 100, 1: 110, 2: 130}

    def plan(selection: Mapping[str, Kernel]) -> MemoryPlan:
        return MemoryPlan(arenas[sum(k is fast for k in selection.values())], 0, {}, {}, ())

    planner = ArenaPlanner(lambda name, kernel: 10 if kernel is fast else 0, plan)
    for limit, fast_ones in ((130, 2), (129, 1), (110, 1), (109, 0)):
        found = within_ram(choice, limit, planner)
        assert found is not None
        assert sum(kernel is fast for kernel in found.selection.values()) == fast_ones
    assert within_ram(choice, 99, planner) is None
