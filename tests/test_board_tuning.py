"""Kernels measured on a board: the firmware that has them, and what becomes of its cycles."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import tcm as command
from conftest import needs_emulator
from measured_layers import M4
from serial_boards import (
    BoardProcess,
    build_for_board,
    build_for_host,
    emulated,
    guide_main,
    with_timer,
    write_files,
)
from small_graphs import Builder, compiled
from typer.testing import CliRunner

import torch_cortex_m as tcm
from torch_cortex_m.cli import app
from torch_cortex_m.commands import tune_firmware, tune_folder, write_tuning_firmware
from torch_cortex_m.generate import Generated, Preferences, generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.measured.measurements import (
    Measurement,
    Measurements,
    board_table,
    load_measurements,
    measurements_for,
)
from torch_cortex_m.select import layer_of
from torch_cortex_m.ship import tuning_files
from torch_cortex_m.target import HOST, Target
from torch_cortex_m.tune import (
    Sized,
    candidate_models,
    candidates_of,
    images_of,
    table_name,
    tune_on_board,
)

pytest.importorskip("serial")

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def two_layers() -> Builder:
    build = Builder()
    given = build.input(1, 4, 3, 4)
    build.output(build.node("maximum", given, build.conv(given, 4)))
    return build


GRAPH = two_layers().graph
CONVOLUTION, MAXIMUM = (layer_of(GRAPH, node).signature.text for node in GRAPH.computing_nodes())


def estimated(graph: Graph, target: Target) -> Measurements:
    """As if the emulated core had measured: the first kernels of a layer are the best."""
    measurements = Measurements()
    for index, each in enumerate(candidates_of(graph, target)):
        cost = Measurement(9, 100 + index, 200 + index, 1000 + index)
        measurements.add(table_name(target), each.layer, each.kernel, cost)
    return measurements


def kernels(measurements: Measurements, table: str, layer: str) -> set[str]:
    return set(measurements.tables.get(table, {}).get(layer, {}))


def firmware(models: Sequence[Generated], folder: Path) -> Path:
    folder.mkdir()
    return build_for_host(write_files(tuning_files(models), folder), folder)


@needs_gcc
def test_each_image_adds_what_it_has_and_nothing_is_measured_twice(tmp_path: Path) -> None:
    candidates = candidates_of(GRAPH, HOST)
    models = candidate_models(candidates, HOST)
    path = tmp_path / "tuning.json"
    estimated(GRAPH, HOST).save(path)
    table = board_table("host")
    seen: list[tuple[int, int]] = []

    def tune(on: str) -> tuple[Measurements, int]:
        return tune_on_board(candidates, HOST, path, on, progress=lambda *state: seen.append(state))

    with BoardProcess([firmware(models[:4], tmp_path / "convolutions")]) as line:
        measurements, left = tune(line.on)
        assert left == 1
        assert kernels(measurements, table, CONVOLUTION) == {c.kernel for c in candidates[:4]}
        assert MAXIMUM not in measurements.tables[table]
        with pytest.raises(tcm.TcmError, match="the board has another model"):
            tune(line.on)
    with BoardProcess([firmware(models, tmp_path / "all")]) as line:
        assert tune(line.on)[1] == 0
    assert seen == [(0, 5), (4, 5), (4, 5), (4, 5), (5, 5)]
    measurements, left = tune("serial:/dev/nothing-is-asked")
    assert left == 0
    assert measurements.tables == load_measurements(path).tables
    emulated_before = estimated(GRAPH, HOST)
    for name, layer, kernel, cost in emulated_before:
        assert measurements.find(name, layer, kernel) == cost
        counted = replace(cost, cycles=300)  # three looks at the firmware's counter
        assert measurements.find(table, layer, kernel) == counted


@needs_gcc
def test_kernels_that_differ_on_the_board_are_an_error(tmp_path: Path) -> None:
    candidates = candidates_of(GRAPH, HOST)
    models = candidate_models(candidates, HOST)
    path = tmp_path / "tuning.json"
    estimated(GRAPH, HOST).save(path)
    files = tuning_files(models)
    changed = f"{models[1].program.prefix}.c"
    assert ", -128, 127)" in files[changed]
    files[changed] = files[changed].replace(", -128, 127)", ", -128, 20)")
    folder = tmp_path / "changed"
    folder.mkdir()
    with (
        BoardProcess([build_for_host(write_files(files, folder), folder)]) as line,
        pytest.raises(tcm.TcmError, match="give different outputs") as caught,
    ):
        tune_on_board(candidates, HOST, path, line.on)
    assert candidates[1].kernel in str(caught.value)
    assert load_measurements(path).tables == estimated(GRAPH, HOST).tables


def test_what_a_board_counted_decides_about_its_layers_alone() -> None:
    """Though estimates say that the first kernels are the best."""
    candidates = candidates_of(GRAPH, M4)
    measurements = estimated(GRAPH, M4)
    own = [each for each in candidates if each.layer == CONVOLUTION]
    for index, each in enumerate(own[1:4]):
        cost = Measurement(9, 100, 9_000 - index, 1000)
        measurements.add(board_table("cortex-m4"), each.layer, each.kernel, cost)
    preferences = Preferences(measurements=measurements_for(["cortex-m4"], measurements))
    selection = generate(GRAPH, M4, preferences=preferences).selection
    assert selection["conv"].name == own[3].kernel
    first = next(each for each in candidates if each.layer == MAXIMUM)
    assert selection["maximum"].name == first.kernel


def test_images_keep_their_limit() -> None:
    candidates = candidates_of(GRAPH, M4)
    models = candidate_models(candidates, M4)
    table = estimated(GRAPH, M4).tables[table_name(M4)]
    sized = [
        Sized(each, model, table[each.layer][each.kernel])
        for each, model in zip(candidates, models, strict=True)
    ]

    def divided(limit: int) -> tuple[list[list[str]], list[str]]:
        images, too_large = images_of(sized, limit)
        assert all(image.bytes <= limit for image in images)
        names = [[model.selection["output"].name for model in image.models] for image in images]
        return names, [each.kernel for each in too_large]

    names = [each.kernel for each in candidates]
    count = sum(each.layer == CONVOLUTION for each in candidates)
    assert divided(1_000_000) == ([names], [])
    layer = 1270 * count  # 1,000 bytes and more that were measured, and 256 beside
    assert divided(layer) == ([names[:count], names[count:]], [])
    assert divided(2 * 1270)[0] == [names[:2], names[2:4], names[4:6], names[6:8], names[8:]]
    assert divided(1256 + 3) == ([[each] for each in names[:4]], names[4:])
    assert divided(1255) == ([], names)


def test_equal_constants_of_an_image_count_once() -> None:
    candidates = candidates_of(GRAPH, M4)
    models = candidate_models(candidates, M4)
    measured = Measurement(9, 9, 9, 1000)
    sized = [Sized(c, m, measured) for c, m in zip(candidates, models, strict=True)]
    (twice,), _ = images_of([sized[1], sized[1]], 10_000)
    (once,), _ = images_of(sized[1:2], 10_000)
    assert twice.bytes - once.bytes == 1256 - models[1].program.constant_bytes


@needs_emulator
def test_a_folder_is_tuned_on_an_emulated_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its UART, with ticks of its timer for cycles: a core's instructions take equally many."""
    folder = compiled(two_layers(), "cortex-m4", {"conv": "conv2d_s8__ref"}).save(tmp_path / "out")
    tuning = tmp_path / "tuning.json"
    firmware = tmp_path / "firmware"
    write_tuning_firmware(folder, firmware, tuning, 1, None)
    assert "a firmware with 10 kernels to measure" in capsys.readouterr().out
    sources = sorted(path.name for path in firmware.glob("*.c"))
    main, flags = with_timer(guide_main()), ["-DTCM_SERIAL_CYCLES=ticks"]
    with emulated(build_for_board(sources, firmware, main, flags)) as line:
        tune_folder(folder, tuning, 1, on=line.on)
    measurements = load_measurements(tuning)
    board = measurements.tables[board_table("cortex-m4")]
    for layer, counted in board.items():
        known = measurements.tables[table_name(M4)][layer]
        assert counted.keys() == known.keys()
        for name, cost in counted.items():
            assert replace(cost, cycles=known[name].cycles) == known[name]
            assert cost.cycles is not None
            assert 50 < cost.cycles - 3.2 * cost.instructions < 65  # what calls it takes 18
    selection = tcm.load(folder).generated.selection
    fastest = min(board[CONVOLUTION], key=lambda name: board[CONVOLUTION][name].cycles or 0)
    assert selection["conv"].name == fastest != "conv2d_s8__ref"
    write_tuning_firmware(folder, tmp_path / "small", tuning, 1, 5_000)
    said = capsys.readouterr().out
    assert "on the board" in said
    assert (tmp_path / "small" / "image_2" / "tcm_serial.c").exists()


def test_images_replace_those_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer of them, too: an old one does not stay among the new. What the user added does."""
    out, models = tmp_path / "firmware", candidate_models(candidates_of(GRAPH, HOST)[:2], HOST)
    monkeypatch.setattr(tune_firmware, "load", lambda _: None)

    def written(*images: Sequence[Generated]) -> list[str]:
        monkeypatch.setattr(tune_firmware, "_images", lambda *_: images)
        write_tuning_firmware(tmp_path, out, tmp_path / "tuning.json", 1, None)
        return sorted(str(path.parent.relative_to(out)) for path in out.rglob("tcm_serial.c"))

    assert written(models[:1], models[1:], models) == ["image_1", "image_2", "image_3"]
    (out / "image_1" / "main.c").write_text("mine")
    assert written(models[:1], models[1:]) == ["image_1", "image_2"]
    assert written(models) == ["."]
    assert [path.name for path in out.iterdir() if path.is_dir()] == ["image_1"]
    assert [path.name for path in (out / "image_1").iterdir()] == ["main.c"]
    assert written(models[:1], models[1:]) == ["image_1", "image_2"]
    (out / "tcm-project.json").unlink()
    monkeypatch.setattr(tune_firmware, "load", None)  # refused before any work
    with pytest.raises(tcm.TcmError, match="holds other files"):
        write_tuning_firmware(tmp_path, out, tmp_path / "tuning.json", 1, None)


@needs_gcc
def test_a_board_without_a_counter_cannot_tune(tmp_path: Path) -> None:
    candidates = candidates_of(GRAPH, HOST)
    path = tmp_path / "tuning.json"
    estimated(GRAPH, HOST).save(path)
    sources = write_files(tuning_files(candidate_models(candidates, HOST)), tmp_path)
    with (
        BoardProcess([build_for_host(sources, tmp_path, counts=False)]) as line,
        pytest.raises(tcm.TcmError, match="the board counts no cycles"),
    ):
        tune_on_board(candidates, HOST, path, line.on)


def test_what_the_options_of_tuning_refuse(tmp_path: Path) -> None:
    folder = compiled(two_layers(), "cortex-m4").save(tmp_path / "out")
    for options in (
        ["--on", "host"],
        ["--on", "serial:x", "--firmware", "f"],
        ["--image-flash", "9"],
    ):
        assert command("tune", folder, *options, cwd=tmp_path).returncode == 2
    for option, value in (("--optimize", "size"), ("--flash", "0"), ("--ram", "min")):
        arguments = ["tune", str(folder), "--firmware", str(tmp_path / "f"), option, value]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2
        assert option in result.output
    with pytest.raises(tcm.TcmError, match="measured on the emulated core or on a board"):
        tune_folder(folder, tmp_path / "tuning.json", 1, on="host")
