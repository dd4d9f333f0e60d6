"""Measuring kernels, and compiling with what was measured."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest
from command_line import tcm as run
from conftest import needs_emulator
from measured_layers import M4
from models.small_networks import separable

import torch_cortex_m as tcm
from torch_cortex_m.commands import tune_folder
from torch_cortex_m.commands.tuned import load_tuned
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.measured.measurements import (
    Measurements,
    load_measurements,
    measurements_for,
    part_table,
)
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.select import layer_of
from torch_cortex_m.select.order import SAME_TIME
from torch_cortex_m.target import CORES, Target, find_target
from torch_cortex_m.tune import (
    Candidate,
    measure_candidates,
    table_name,
    tune,
    tune_candidates,
    tune_graph,
)

F411 = find_target("stm32f411")


@pytest.fixture(scope="module")
def compiled() -> tcm.CompiledModel:
    model, inputs, calibration = separable()
    return tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)


@pytest.fixture(scope="module")
def tuned(compiled: tcm.CompiledModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For a part, and so for its core, too."""
    path = tmp_path_factory.mktemp("tune") / "tuning.json"
    tune_graph(compiled.graph, F411, path)
    return path


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


@needs_emulator
def test_a_part_adds_its_waiting_for_all_that_a_layer_fetches(tuned: Path) -> None:
    """Between some paths of a kernel and its constants once, and twice each of its instructions."""
    tables = load_measurements(tuned).tables
    core, on_part = tables[table_name(M4)], tables[part_table(table_name(M4), "stm32f411")]
    assert core.keys() == on_part.keys()
    for layer, kernels in core.items():
        assert kernels.keys() == on_part[layer].keys()
        for name, cost in kernels.items():
            waiting = (on_part[layer][name].cycles or 0) - (cost.cycles or 0)
            assert replace(on_part[layer][name], cycles=cost.cycles) == cost
            assert cost.flash_bytes // 16 < waiting < 2 * cost.instructions


@needs_emulator
def test_a_folder_is_tuned_for_the_part_that_it_was_compiled_for(
    compiled: tcm.CompiledModel, tuned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As if a kernel were the best one there that no core would choose."""
    measurements, tuning = load_measurements(tuned), tmp_path / "tuning.json"
    node = compiled.graph.computing_nodes()[0]
    layer = layer_of(compiled.graph, node).signature.text
    slowest, cost = max(
        measurements.for_core("cortex-m4")[layer].items(), key=lambda each: each[1].time
    )
    table = part_table(table_name(M4), "stm32f411")
    measurements.add(table, layer, slowest, replace(cost, cycles=1))
    measurements.save(tuning)
    for part in ("stm32f411", "nrf52840"):
        generated = generate(compiled.graph, find_target(part))
        folder = tcm.CompiledModel(generated).save(tmp_path / part)
        tune_folder(folder, tuning, 1)
        said = capsys.readouterr().out
        kernel = tcm.load(folder).generated.selection[node.name].name
        is_measured = part == "stm32f411"
        assert (kernel == slowest) == is_measured
        assert ("on stm32f411" in said.replace("\n", "")) == is_measured
        assert ("how long nrf52840 waits for flash is not known" in said) != is_measured
    untuned = tcm.CompiledModel(generate(compiled.graph, F411)).save(tmp_path / "untuned")
    preferences = load_tuned(untuned, tuning).generated.preferences
    planned = generate(compiled.graph, F411, preferences=preferences)
    assert planned.selection[node.name].name == slowest


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
    table = part_table(table_name(M4), "stm32f411")
    dropped = next(iter(partial.tables[table]))
    del partial.tables[table][dropped]
    partial.save(tmp_path / "partial.json")
    with ThreadPoolExecutor(1) as pool:
        tune_graph(compiled.graph, F411, tmp_path / "partial.json", executor=pool)
    again, whole = load_measurements(tmp_path / "partial.json"), load_measurements(tuned)
    core = table_name(M4)
    assert again.tables[core] == whole.tables[core]
    assert again.tables[table][dropped].keys() == whole.tables[table][dropped].keys()


def _one_fails_while_one_never_ends(batch: Sequence[Candidate], *_: object) -> list:
    begun = Path(os.environ["BEGUN"])
    if batch[0].layer == "fails":
        while not begun.exists():
            time.sleep(0.01)
        raise tcm.TcmError("does not link")
    begun.touch()
    try:
        time.sleep(600)
    finally:
        Path(os.environ["ENDED"]).touch()
    return []


def test_workers_end_where_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "measure_for_tables", _one_fails_while_one_never_ends)
    monkeypatch.setenv("BEGUN", str(tmp_path / "begun"))
    monkeypatch.setenv("ENDED", str(tmp_path / "ended"))
    case = linear_case("any", (1, 8), 8)
    layers = ["fails", *(f"never ends {index}" for index in range(9))]
    candidates = [Candidate(layer, "linear_s8__ref", case) for layer in layers for _ in range(8)]
    with pytest.raises(tcm.TcmError, match="does not link"):
        tune_candidates(candidates, M4, tmp_path / "tuning.json", jobs=2)
    assert (tmp_path / "ended").exists()
    assert active_children() == []


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


@needs_emulator
def test_plan_goes_by_a_tuning_file_where_it_is_given(
    compiled: tcm.CompiledModel, tuned: Path, tmp_path: Path
) -> None:
    preferences = Preferences(measurements=load_measurements(tuned))
    expected = generate(compiled.graph, M4, preferences=preferences).estimated_cycles
    assert expected != compiled.generated.estimated_cycles
    folder = compiled.save(tmp_path / "out")
    planned = run("plan", folder, "--tuning", tuned, "--json")
    assert json.loads(planned.stdout)[0]["cycles"] == expected


def test_budgets_are_kept_or_refused(compiled: tcm.CompiledModel) -> None:
    arena = compiled.generated.plan.arena_bytes
    fits = generate(compiled.graph, M4, preferences=Preferences(ram_bytes=100_000))
    assert fits.selection == compiled.generated.selection
    if compiled.generated.plan.scratch:
        tight = generate(compiled.graph, M4, preferences=Preferences(ram_bytes=arena - 16))
        assert tight.plan.arena_bytes <= arena - 16
    with pytest.raises(tcm.TcmError, match="RAM budget"):
        generate(compiled.graph, M4, preferences=Preferences(ram_bytes=16))


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


def test_tuning_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    for name in ("bad.json", "missing.json"):
        with pytest.raises(tcm.TcmError, match="not a tuning file"):
            load_measurements(tmp_path / name)
    whole = {"work": 4, "instructions": 9, "cycles": None, "flash_bytes": 8, "scratch_bytes": 0}
    wrong = [{"cycles": "a"}, {"work": None}, {"flash_bytes": None}, {"instructions": -1}]
    wrong += [{"work": True}, {"cycles": 1.5}, {"scratch_bytes": [1]}, {"other": 1}]
    wrong += [{"work": 0}, {"instructions": 0}, {"cycles": 0}]
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
    path = tmp_path / "tuning.json"
    (tmp_path / "link.json").symlink_to(path)
    Measurements().save(tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert not load_measurements(path).tables


@needs_emulator
def test_a_dask_cluster_may_do_the_work(
    compiled: tcm.CompiledModel, tuned: Path, tmp_path: Path
) -> None:
    """As docs/tuning.md shows it, with workers in this process."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False}
    with distributed.Client(**options, dashboard_address=None) as client:
        path = tmp_path / "tuning.json"
        tune_graph(compiled.graph, F411, path, executor=client.get_executor())
    assert path.read_text() == tuned.read_text()


@needs_emulator
def test_tuning_a_folder_keeps_what_it_was_compiled_for(
    tuned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, inputs, calibration = separable()
    free = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)
    budget = free.generated.plan.arena_bytes
    compiled = tcm.compile(
        model, inputs, target="cortex-m4", calibration=calibration, optimize="size", ram=budget
    )
    folder = compiled.save(tmp_path / "out")
    monkeypatch.chdir(tuned.parent)
    tune_folder(folder, Path(tuned.name), 1)
    said = capsys.readouterr().out
    assert f"measurements in {tuned.resolve()}\n" in said
    assert f"--tuning {tuned.name}\n" in said
    kept = tcm.load(folder).generated
    assert kept.preferences == Preferences("size", ram_bytes=budget)
    measurements = measurements_for(["cortex-m4"], load_measurements(tuned))
    small = Preferences("size", ram_bytes=budget, measurements=measurements)
    assert kept.selection == generate(kept.graph, M4, preferences=small).selection
    fast = replace(small, objective="speed")
    assert kept.selection != generate(kept.graph, M4, preferences=fast).selection
    tune_folder(folder, tuned, 1, optimize="speed", flash=100_000)
    changed = tcm.load(folder).generated.preferences
    assert changed == Preferences("speed", flash_bytes=100_000, ram_bytes=budget)
    with pytest.raises(tcm.TcmError, match="RAM budget"):
        tune_folder(folder, tuned, 1, ram=16)


@needs_emulator
def test_tuning_may_set_a_budget_that_makes_other_layers(
    tuned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, inputs, calibration = separable()
    whole = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)
    folder = whole.save(tmp_path / "out")
    tune_folder(folder, tuned, 1, ram="min")
    less = tcm.load(folder)
    assert less.report.arena_bytes < whole.report.arena_bytes
    assert {node.name for node in less.graph.nodes} - {node.name for node in whole.graph.nodes}
    assert "are chosen by estimates" in " ".join(capsys.readouterr().out.split())
    tune_folder(folder, tuned, 1, ram=whole.report.arena_bytes)
    again = tcm.load(folder)
    assert again.report.arena_bytes == whole.report.arena_bytes
    for model in (less, again):
        assert model.generated.losses
        assert model.generated.losses.keys() <= model.graph.types.keys()
    assert [node.name for node in again.graph.nodes] == [node.name for node in whole.graph.nodes]


@needs_emulator
def test_tuning_a_folder_keeps_sections_and_what_the_report_knows(
    tuned: Path, tmp_path: Path
) -> None:
    model, inputs, calibration = separable()
    placed = {"place": ["code:classifier=.itcm"], "prefetch": True}
    before = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration, **placed)
    folder = before.save(tmp_path / "out")
    tune_folder(folder, tuned, 1)
    after = tcm.load(folder).generated
    assert after.preferences == before.generated.preferences
    assert any(".itcm" in text for text in after.program.files.values())
    assert before.generated.losses
    assert after.losses == before.generated.losses
    assert before.generated.removed
    assert after.removed == before.generated.removed


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


def test_a_tuning_file_of_other_models_is_told(tmp_path: Path) -> None:
    path = tmp_path / "tuning.json"
    Measurements().save(path)
    model, inputs, calibration = separable()
    with pytest.warns(tcm.TcmWarning, match="no measurement of a layer of this model"):
        tcm.compile(model, inputs, target="cortex-m4", calibration=calibration, tuning=path)
