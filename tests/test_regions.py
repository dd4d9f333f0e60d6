"""Layers that compute a few rows at a time give the same bytes, layer by layer, in less memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import tcm
from conftest import needs_emulator
from drawn_networks import DrawnNetwork, Q, add_case_node, drawn_regions, drawn_strips
from hostile_text import HOSTILE, assert_same_code
from strict_compilers import CORE_COMPILERS, compile_together

from torch_cortex_m import ops
from torch_cortex_m.commands.compile import LARGE, cost_of_budget, may_take_less
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import LEAST, Generated, Preferences, generate, generate_all
from torch_cortex_m.generate.curve import curve_point, ram_curve
from torch_cortex_m.generate.flash_budget import Flash
from torch_cortex_m.generate.generate import cost_model
from torch_cortex_m.generate.preferences import IO
from torch_cortex_m.ir import Graph, Port, TensorType, format_graph
from torch_cortex_m.ir.artifacts import MemoryPlan, Overlap
from torch_cortex_m.ir.regions import Take
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.model.load import load
from torch_cortex_m.model.verify import reference_values
from torch_cortex_m.ops.add.cases import case as add_case
from torch_cortex_m.ops.conv2d.cases import SAME
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise_case
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.mean.cases import case as mean_case
from torch_cortex_m.plan import PlanError, check_plan
from torch_cortex_m.run import Execution
from torch_cortex_m.runner import Runner
from torch_cortex_m.schedule import (
    Candidates,
    RowsByNode,
    Search,
    largest_bytes,
    means_of_sums,
    rows_in_pieces,
    whole_inputs,
    whole_periods,
)
from torch_cortex_m.schedule.candidates import SCRATCH
from torch_cortex_m.schedule.regions import RegionBuilder
from torch_cortex_m.select import CostModel, rank_kernels
from torch_cortex_m.select.choice import Choice
from torch_cortex_m.target import CORES, HOST, Target

NETWORKS = 8
M4, M55 = CORES["cortex-m4"], CORES["cortex-m55"]


def drawn(seed: int) -> Iterator[tuple[str, Graph, list[RowsByNode]]]:
    rng = np.random.default_rng(seed)
    for index in range(NETWORKS):
        graph = means_of_sums(DrawnNetwork(rng, int(rng.integers(2, 10))).graph)
        strips = drawn_strips(rng, graph) if index % 4 == 0 else None
        graph = graph if strips is None else strips.graph
        whole = index % 2 == 0 and strips is None
        inputs = set() if strips is not None else whole_inputs(graph, None)
        graph = graph if whole else rows_in_pieces(whole_periods(graph), inputs)
        yield f"n{index}", graph, drawn_regions(rng, graph)


def check_drawn(seed: int, target: Target) -> None:
    networks = list(drawn(seed))
    for prefix, graph, regions in networks:
        print(f"seed {seed}, {prefix}: {regions}\n{format_graph(graph)}")
    graphs = {prefix: graph for prefix, graph, _ in networks}
    regions = {prefix: found for prefix, _, found in networks}
    assert sum(len(found) for found in regions.values()) >= NETWORKS / 2
    rng = np.random.default_rng(seed)
    inputs = [drawn_inputs(rng, graph) for graph in graphs.values()]
    expected = [reference_values(g, [x])[0] for g, x in zip(graphs.values(), inputs, strict=True)]
    for io, trace in (("caller", True), ("arena", False)):
        generated = generate_all(graphs, target, regions=regions, preferences=Preferences(io=io))
        with Runner([g.program for g in generated], target, trace=trace, checked=not trace) as run:
            executions = run.run((i, [x.tobytes() for x in xs]) for i, xs in enumerate(inputs))
        for each, values, execution in zip(generated, expected, executions, strict=True):
            check_execution(each, values, execution)


def drawn_inputs(rng: np.random.Generator, graph: Graph) -> list[np.ndarray]:
    shapes = [graph.types[port.value].shape for port in graph.inputs]
    return [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]


def check_execution(
    generated: Generated, expected: Mapping[str, np.ndarray], execution: Execution
) -> None:
    """Every layer that was traced, and every result."""
    found = {
        name: data
        for layer in execution.layers
        for name, data in zip(
            generated.program.layers[layer.index].outputs, layer.outputs, strict=True
        )
    }
    ports = [port.value for port in generated.graph.outputs]
    for name, data in [*found.items(), *zip(ports, execution.outputs, strict=True)]:
        assert data == expected[name].tobytes(), f"{generated.program.prefix}: {name}"


def test_random_networks_on_the_host() -> None:
    check_drawn(1, HOST)


@needs_emulator
@pytest.mark.parametrize("target", [M4, M55], ids=lambda target: target.name)
def test_random_networks_on_cores(target: Target) -> None:
    check_drawn(2, target)


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("seed", range(3, 8))
def test_more_random_networks(core: str, seed: int) -> None:
    check_drawn(seed, CORES[core])


def residual_network(stem: str = "stem") -> Graph:
    """Convolutions, a residual add and a stride on a 24 x 20 image; the input and the output are
    called as variables of the C are."""
    graph = Graph("model")
    value = graph.add_input("rows", TensorType((1, 24, 20, 3), "int8", Q))
    case = conv2d_case("stem", (1, 24, 20, 3), 8, padding=SAME)
    first = value = add_case_node(graph, case, value, name=stem)
    value = add_case_node(graph, depthwise_case("middle", (1, 24, 20, 8), padding=SAME), value)
    value = add_case_node(graph, add_case("sum", (1, 24, 20, 8)), first, value)
    fields = {"padding": SAME, "stride": (2, 2)}
    value = add_case_node(graph, conv2d_case("end", (1, 24, 20, 8), 4, **fields), value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    return graph


@pytest.fixture(scope="module")
def network() -> Graph:
    return residual_network()


def compiled(graph: Graph, ram: int | str | None, io: str = "caller") -> CompiledModel:
    preferences = Preferences(ram_bytes=ram, io=io)
    return CompiledModel(generate(graph, M4, preferences=preferences))


@pytest.fixture(scope="module")
def least(network: Graph) -> CompiledModel:
    return compiled(network, LEAST)


@needs_emulator
def test_a_budget_of_ram_is_kept_and_every_layer_is_exact(
    network: Graph, least: CompiledModel
) -> None:
    whole = compiled(network, None)
    assert not whole.generated.plan.regions
    sizes = []
    for model in (compiled(network, 6000), compiled(network, 3000), least):
        assert model.generated.plan.regions
        sizes.append(model.report.arena_bytes)
        model.verify()
    assert sizes[0] <= 6000
    assert sizes[1] <= 3000
    assert whole.report.arena_bytes > sizes[0] > sizes[1] > sizes[2]


@pytest.mark.parametrize("io", IO)
def test_an_image_is_read_where_it_lies(network: Graph, io: str) -> None:
    """Only rows that are pushed go into a window first, where there is no room for one besides."""
    regions = compiled(network, 5000, io).generated.plan.regions
    takes = [each for region in regions for each in region.actions if isinstance(each, Take)]
    assert bool(takes) == (io == "rows")


@pytest.mark.parametrize("mean", ["avg_pool2d", "mean"])
@needs_emulator
def test_a_mean_needs_no_image(mean: str) -> None:
    """Rows are added to sums as they come; a model without a budget is as it was."""
    graph = Graph("model")
    value = graph.add_input("image", TensorType((1, 10, 6, 3), "int8", Q))
    value = add_case_node(graph, conv2d_case("wide", (1, 10, 6, 3), 30, padding=SAME), value)
    if mean == "mean":
        shape = ops.operator("reshape", shape=(1, 60, 30))
        value = graph.add_node(shape, (value,), "flat", quantization=Q)
        op: Any = mean_case("mean", (1, 60, 30)).op
    else:
        op = ops.operator("avg_pool2d", kernel=(10, 6))
    value = graph.add_node(op, (value,), "mean", quantization=Q)
    graph.outputs.append(Port(value, graph.types[value].shape))
    whole, least = compiled(graph, None), compiled(graph, LEAST)
    assert whole.generated.graph is graph
    assert "mean.sums" in least.generated.plan.regions[0].nodes
    assert least.report.arena_bytes < 10 * 6 * 30 < whole.report.arena_bytes
    least.verify()


def test_what_is_impossible_says_what_is_possible(network: Graph, least: CompiledModel) -> None:
    arena = least.report.arena_bytes
    with pytest.raises(TcmError, match=f"{arena} bytes, the least that was found"):
        compiled(network, arena // 2)


def test_a_loaded_model_has_its_regions(network: Graph, tmp_path: Path) -> None:
    model = compiled(network, 3000, io="arena")
    model.save(tmp_path / "model")
    loaded = load(tmp_path / "model")
    assert loaded.generated.program == model.generated.program
    assert loaded.generated.preferences == model.generated.preferences
    loaded.save(tmp_path / "again")
    plans = [(tmp_path / name / "plan.json").read_text() for name in ("model", "again")]
    assert plans[0] == plans[1]


def test_damaged_regions_are_refused(network: Graph, tmp_path: Path) -> None:
    compiled(network, 3000).save(tmp_path)
    text = (tmp_path / "plan.json").read_text()
    plan = json.loads(text)
    for damaged in ([{"nobody": 1}], [{"end": 5}], [{"stem": "x"}], 7):
        (tmp_path / "plan.json").write_text(json.dumps({**plan, "regions": damaged}))
        with pytest.raises(TcmError, match="damaged"):
            load(tmp_path)


def test_the_check_finds_every_window_that_lies_wrongly(network: Graph) -> None:
    """Windows and whole values moved onto others: the plan is refused."""
    generated = compiled(network, 3000).generated
    plan, overlaps = generated.plan, declared_overlaps(generated)
    scratch = dict.fromkeys(plan.scratch, 1)
    check_plan(generated.graph, plan, scratch, overlaps)
    for key in plan.windows:
        others = [offset for other, offset in plan.windows.items() if other != key]
        assert any(
            is_refused(
                generated.graph,
                replace(plan, windows={**plan.windows, key: offset}),
                scratch,
                overlaps,
            )
            for offset in others
        )


def declared_overlaps(generated: Generated) -> dict[str, dict[str, Overlap]]:
    """How the output of one call may lie over what it reads, as the kernels of a region say."""
    builder, (region,) = RegionBuilder(generated.graph), generated.plan.regions
    layers = {each.node: builder.slice_layer(each) for each in region.slices()}
    return {name: generated.selection[name].overlaps(layer) for name, layer in layers.items()}


def is_refused(
    graph: Graph,
    plan: MemoryPlan,
    scratch: Mapping[str, int],
    overlaps: Mapping[str, Mapping[str, Overlap]],
) -> bool:
    try:
        check_plan(graph, plan, scratch, overlaps)
    except PlanError:
        return True
    return False


def test_rows_go_over_rows_that_nothing_needs(network: Graph) -> None:
    """A depthwise convolution writes where the rows lie that it was the last to need: at the place
    that its kernel allows, and at no other one."""
    generated = compiled(network, 2400).generated
    plan, overlaps = generated.plan, declared_overlaps(generated)
    (region,) = plan.regions
    key = (0, "middle")
    start, stem = plan.windows[key], plan.windows[0, "stem"]
    assert start < stem + region.windows["stem"].bytes
    assert stem < start + region.windows["middle"].bytes
    scratch = dict.fromkeys(plan.scratch, 1)
    assert is_refused(generated.graph, plan, scratch, {**overlaps, "middle": {}})
    row = region.windows["stem"].row_bytes
    moved = replace(plan, windows={**plan.windows, key: start + row})
    assert is_refused(generated.graph, moved, scratch, overlaps)


def test_a_value_that_is_added_later_has_no_more_rows_than_its_readers_span() -> None:
    """Rows that two convolutions and the addition behind them need: as many as a window has, not
    those of the second convolution's padding besides."""
    graph = Graph("causal")
    first = graph.add_input("steps", TensorType((1, 32, 1, 4), "int8", Q))
    causal = {"dilation": (4, 1), "padding": (8, 0, 0, 0)}
    stem = add_case_node(graph, conv2d_case("stem", (1, 32, 1, 4), 4, (1, 1)), first)
    value = add_case_node(graph, conv2d_case("one", (1, 32, 1, 4), 4, (3, 1), **causal), stem)
    value = add_case_node(graph, conv2d_case("two", (1, 32, 1, 4), 4, (3, 1), **causal), value)
    value = add_case_node(graph, add_case("sum", (1, 32, 1, 4)), stem, value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    region = RegionBuilder(graph).region(dict.fromkeys(("stem", "one", "two", "sum"), 1))
    assert region is not None
    assert {name: window.rows for name, window in region.windows.items()} == {
        "stem": 9,
        "one": 9,
        "two": 1,
    }


def test_windows_that_are_too_short_are_refused(network: Graph) -> None:
    generated = compiled(network, 3000).generated
    (region,) = generated.plan.regions
    for value, window in region.windows.items():
        shorter = replace(
            region, windows={**region.windows, value: replace(window, rows=window.rows - 1)}
        )
        plan = replace(generated.plan, regions=(shorter,))
        scratch = dict.fromkeys(plan.scratch, 1)
        assert is_refused(generated.graph, plan, scratch, declared_overlaps(generated)), value


def test_the_same_regions_every_time(network: Graph) -> None:
    first, second = (compiled(network, 3000).generated for _ in range(2))
    assert first.program == second.program


def test_rows_that_do_not_fit_are_refused(network: Graph) -> None:
    for rows in ({"stem": 5}, {"stem": 1, "end": 1}, {"nobody": 1}, {"end": 13}):
        with pytest.raises(TcmError, match="rows of their outputs"):
            generate(network, M4, regions=[rows])


def test_the_curve_has_what_budgets_choose(network: Graph, least: CompiledModel) -> None:
    whole = compiled(network, None)
    points = list(ram_curve(whole.generated))
    arenas = [point.arena_bytes for point in points]
    assert arenas == sorted(set(arenas), reverse=True)
    assert arenas[0] == whole.report.arena_bytes
    assert arenas[-1] <= least.report.arena_bytes
    assert points[0].by_rows == 0
    assert 1 < points[-1].by_rows <= len(network.nodes)
    assert points[-1].flash_bytes > least.generated.program.constant_bytes
    for point in points[1:-1]:
        assert compiled(network, point.arena_bytes).report.arena_bytes <= point.arena_bytes


def test_a_folder_keeps_the_layers_that_a_budget_cut(
    network: Graph, least: CompiledModel, tmp_path: Path
) -> None:
    layers = {node.name for node in network.nodes}
    assert {node.name for node in least.graph.nodes} != layers
    loaded = load(least.save(tmp_path / "out"))
    assert {node.name for node in loaded.generated.uncut.nodes} == layers
    whole = compiled(network, None).report.arena_bytes
    assert next(ram_curve(loaded.generated)).arena_bytes == whole
    again = loaded.save(tmp_path / "again")
    for name in ("plan.json", "constants.npz"):
        assert (again / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    plan = json.loads((again / "plan.json").read_text())
    graph = plan["uncut"]["graph"]
    other = {**graph, "inputs": [{**port, "shape": [1]} for port in graph["inputs"]]}
    wrong = ({"arrays": []}, {"graph": {}}, {"graph": other})
    for damaged in (7, None, *({**plan["uncut"], **each} for each in wrong)):
        (again / "plan.json").write_text(json.dumps({**plan, "uncut": damaged}))
        with pytest.raises(TcmError, match="damaged"):
            load(again)


@needs_emulator
def test_the_curve_counts_the_code_and_the_cycles_of_rows(
    network: Graph, least: CompiledModel
) -> None:
    """As they are measured, where the layers alone take much less."""
    generated, costs = least.generated, cost_model(M4, Preferences())
    point = curve_point(generated, network, costs)
    runner = least.runner("emulator")
    (flash,) = runner.flash_bytes
    (sample,) = least.random_samples(1)
    (execution,) = runner.run([(0, [data.tobytes() for data in sample])], cycles=True)
    layers = Flash(generated.layers, costs).bytes(generated.selection)
    assert layers < 0.5 * flash < 0.9 * flash < point.flash_bytes < 1.15 * flash
    assert 0.9 * execution.cycles < point.cycles < 1.1 * execution.cycles


def test_the_curve_on_the_command_line(tmp_path: Path) -> None:
    graph = Graph("model")
    value = graph.add_input("x", TensorType((1, 16, 1, 8), "int8", Q))
    for name in ("first", "second"):
        case = conv2d_case(name, (1, 16, 1, 8), 8, (3, 1), padding=(1, 0, 1, 0))
        value = add_case_node(graph, case, value)
    value = add_case_node(graph, add_case("sum", (1, 16, 1, 8)), "x", value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    model = compiled(graph, None)
    arenas = [point.arena_bytes for point in ram_curve(model.generated)]
    assert len(arenas) > 1
    model.save(tmp_path / "out")
    printed = tcm("plan", tmp_path / "out", "--json")
    assert [point["arena_bytes"] for point in json.loads(printed.stdout)] == arenas


@pytest.mark.parametrize(("layers", "arena"), [(1, 0), (2, 16)])
def test_the_curve_of_a_network_that_can_take_no_less_is_one_point(
    layers: int, arena: int, tmp_path: Path
) -> None:
    graph = Graph("model")
    value = graph.add_input("x", TensorType((1, 1, 1, 8), "int8", Q))
    for index in range(layers):
        value = add_case_node(graph, add_case(f"sum{index}", (1, 1, 1, 8)), value, value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    model = compiled(graph, None)
    assert [point.arena_bytes for point in ram_curve(model.generated)] == [arena]
    model.save(tmp_path / "out")
    assert f" {arena} " in tcm("plan", tmp_path / "out").stdout


def test_a_budget_on_the_command_line(network: Graph, tmp_path: Path) -> None:
    wrong = tcm("compile", "x.tflite", "-o", tmp_path / "out", "--ram", "little")
    assert wrong.returncode == 2
    assert "'little' is no number of bytes" in wrong.stderr
    assert "nor min" in wrong.stderr


def test_a_budget_that_costs_much_says_so(
    network: Graph, least: CompiledModel, tmp_path: Path
) -> None:
    models = (compiled(network, None), compiled(network, 6000), least)
    costs = [cost_of_budget(model.generated, tmp_path / "my out") for model in models]
    assert costs[:2] == [None, None]
    assert costs[2] is not None
    assert f"% more cycles, by estimate; what others take: tcm plan '{tmp_path}/my out'" in costs[2]


def test_less_memory_is_pointed_at_where_rows_may_need_it(network: Graph) -> None:
    assert compiled(network, None).report.arena_bytes >= LARGE
    assert may_take_less(compiled(network, None).generated)
    assert not may_take_less(compiled(temporal_network(), None).generated), "it is small"
    graph = Graph("model")
    value = graph.add_input("x", TensorType((1, 8), "int8", Q))
    value = add_case_node(graph, linear_case("first", (1, 8), LARGE), value)
    value = add_case_node(graph, linear_case("second", (1, LARGE), 2), value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    assert compiled(graph, None).report.arena_bytes >= LARGE
    assert not may_take_less(compiled(graph, None).generated), "nothing has rows"


@pytest.mark.parametrize("text", HOSTILE)
def test_names_stay_text_in_the_c_of_a_region(text: str) -> None:
    programs = []
    for graph in (residual_network(text), residual_network()):
        regions = [dict.fromkeys((node.name for node in graph.nodes), 1)]
        programs.append(generate(graph, HOST, regions=regions).program)
    assert_same_code(programs[0].files, programs[1].files)


@needs_emulator
@pytest.mark.parametrize("compiler", CORE_COMPILERS)
def test_regions_compile_without_warnings(network: Graph, compiler: str, tmp_path: Path) -> None:
    command = CORE_COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    for target in (M4, M55):
        regions = [{"stem": 1, "middle": 2, "sum": 1, "end": 3}]
        program = generate(network, target, regions=regions).program
        folder = tmp_path / target.name
        compile_together([program], folder, [*command, *target.flags], "a region")


def temporal_network() -> Graph:
    """Residual blocks over 64 time steps, whose dilation grows from block to block."""
    graph = Graph("model")
    value = graph.add_input("x", TensorType((1, 64, 1, 16), "int8", Q))
    for index in range(5):
        reach = 2**index
        fields = {"padding": (reach, 0, reach, 0), "dilation": (reach, 1)}
        case = conv2d_case(f"block{index}", (1, 64, 1, 16), 16, (3, 1), **fields)
        sums = add_case(f"sum{index}", (1, 64, 1, 16))
        value = add_case_node(graph, sums, value, add_case_node(graph, case, value))
    value = add_case_node(graph, conv2d_case("head", (1, 64, 1, 16), 2, (1, 1)), value)
    graph.outputs.append(Port(value, graph.types[value].shape))
    return graph


@pytest.mark.parametrize("seed", [None, *range(20)])
def test_what_one_region_keeps_is_found(seed: int | None) -> None:
    """If all nodes in one region keep a limit, something that is no slower is found."""
    drawn = None if seed is None else DrawnNetwork(np.random.default_rng(seed), 6).graph
    graph, in_arena = drawn or temporal_network(), bool((seed or 0) % 2)
    model = CostModel({})
    choice = Choice.best(graph, rank_kernels(graph, M4, model=model), model)
    candidates = Candidates(choice, M4, ports_in_arena=in_arena)
    last = len(candidates.nodes) - 1
    whole = (candidates.region(0, last, most, scratch) for most in (1, 2) for scratch in SCRATCH)
    for step in filter(None, whole):
        found = Search(candidates).within(step.bytes)
        assert found is not None
        assert largest_bytes(found) <= step.bytes
        assert sum(each.cycles for each in found) <= step.cycles
