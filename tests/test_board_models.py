"""A firmware with several models, of which the PC asks for one by its signature."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from serial_boards import BoardProcess, Faults, build_for_host, write_files
from small_graphs import Builder, Q

from torch_cortex_m import TcmError
from torch_cortex_m.commands import link_folders, ship_folder, verify_folder
from torch_cortex_m.generate import Generated, Preferences, generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.model.ports import as_run
from torch_cortex_m.run import Run, open_board
from torch_cortex_m.run.board import Patience
from torch_cortex_m.run.board.frames import Kind
from torch_cortex_m.run.board.link import Link
from torch_cortex_m.run.board.port import SerialPort
from torch_cortex_m.ship import board_model, firmware_files, link_models
from torch_cortex_m.target import HOST

pytest.importorskip("serial")

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
SHORT = Patience(answer=0.1, work=5, tries=6, greetings=6)


def remembering(channels: int) -> Graph:
    """The largest of the input and the last one, and a convolution of that."""
    build = Builder()
    given = build.input(1, 3, 4, channels)
    last = build.graph.add_state("last", np.full((1, 3, 4, channels), 5, np.int8), Q)
    build.graph.set_update(last, given)
    build.output(build.conv(build.node("maximum", given, last), 6))
    return build.graph


def forgetting() -> Graph:
    build = Builder()
    build.output(build.conv(build.conv(build.input(1, 6, 3, 4), 8), 5))
    return build.graph


def named(name: str, graph: Graph, io: str = "caller") -> Generated:
    return generate(graph, HOST, prefix=name, preferences=Preferences(io=io))


MODELS = [
    named("first", remembering(4)),
    named("second", remembering(3), "arena"),
    named("rows", forgetting(), "rows"),
    named("another", remembering(2)),
]


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With all but the last one."""
    folder = tmp_path_factory.mktemp("models")
    linked = link_models({each.program.prefix: each for each in MODELS[:3]}, "linked")
    return build_for_host(
        write_files(firmware_files(linked, list(map(board_model, MODELS[:3]))), folder), folder
    )


@needs_gcc
def test_models_in_turns_over_a_bad_line(firmware: Path) -> None:
    """Each begins with its initial states where another one ran before."""
    programs = [each.program for each in MODELS]
    calls: list[Run] = []
    expected: list[tuple[bytes, ...]] = []
    for index, again in [(1, False), (0, False), (2, False), (1, False), (1, True), (0, False)]:
        model = CompiledModel(MODELS[index])
        runs = [Run(*as_run(sample)) for sample in model.random_samples(3)]
        calls += [run._replace(program=index) for run in runs]
        calls[-3] = calls[-3]._replace(reset=again)
        expected += [execution.outputs for execution in model.runner("host").run(runs)]
    up, down = Faults(211), Faults(503)
    with BoardProcess([firmware], up, down) as line:
        board = open_board(line.on, *programs, patience=SHORT)
        assert board.present == {0, 1, 2}
        assert [execution.outputs for execution in board.run(calls)] == expected
        assert [layer.cycles for layer in board.measure(calls[3].inputs).layers] == [100, 100]
        with pytest.raises(TcmError, match="the board has another model") as caught:
            board.run([Run(3, calls[0].inputs)])
    assert up.count >= 3
    assert down.count >= 3
    assert "another, compiled as it is here" in str(caught.value)
    assert f"first ({programs[0].signature.hex()})" in str(caught.value)


@needs_gcc
def test_a_model_is_verified_beside_another_one(firmware: Path) -> None:
    with BoardProcess([firmware]) as line:
        for each in MODELS[:3]:
            model = CompiledModel(each)
            assert model.verify(random=4, on=line.on) == 4
            model.board(line.on).close()
        with pytest.raises(TcmError, match="the board has another model"):
            CompiledModel(MODELS[3]).verify(random=1, on=line.on)


@needs_gcc
def test_linked_folders_become_a_firmware_and_are_verified_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [CompiledModel(each).save(tmp_path / each.program.prefix) for each in MODELS[:3]]
    linked, firmware = tmp_path / "linked", tmp_path / "firmware"
    link_folders(folders, linked, "models")
    ship_folder(linked, "serial", firmware)
    sources = sorted(path.name for path in firmware.glob("*.c"))
    capsys.readouterr()
    with BoardProcess([build_for_host(sources, firmware)]) as line:
        verify_folder(linked, None, 2, 0, [line.on], layers=False)
        told = capsys.readouterr().out.splitlines()
    for each, said in zip(MODELS, told, strict=False):
        assert f"{each.program.prefix}: bit-exact: reference = {line.on} on 2" in said
    assert len(told) == 3


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    folders = [CompiledModel(each).save(tmp_path / each.program.prefix) for each in MODELS[:2]]
    link_folders(folders, tmp_path / "linked", "models")
    return tmp_path / "linked"


def test_what_linked_folders_are_not_taken_for(linked: Path, tmp_path: Path) -> None:
    kinds = {"cmake": "unknown kind of project", "zephyr": "is no project of this kind"}
    for kind, said in kinds.items():
        with pytest.raises(TcmError, match=said):
            ship_folder(linked, kind, tmp_path / "project")
    assert not (tmp_path / "project").exists()
    places = {None: "no --on", "host": "--on host", "serial:x emulator": "--on serial:x --on em"}
    for on, got in places.items():
        with pytest.raises(TcmError, match="verified on a board") as caught:
            verify_folder(linked, None, 2, 0, on and on.split(), layers=False)
        assert f"got: {got}" in str(caught.value)


def test_linked_folders_that_are_not_what_was_linked(linked: Path, tmp_path: Path) -> None:
    manifest = (linked / "link.json").read_text()
    edited = linked / "models_weights.c"
    text = edited.read_text()
    edited.write_text(text + " ")
    with pytest.raises(TcmError, match="does not hold what tcm wrote there"):
        ship_folder(linked, "serial", tmp_path / "firmware")
    edited.write_text(text)
    CompiledModel(named("second", remembering(5))).save(tmp_path / "second")
    with pytest.raises(TcmError, match="compiled or tuned anew"):
        ship_folder(linked, "serial", tmp_path / "firmware")
    for nonsense in ("", "[]", "{}", '{"name": "models", "linked": 3}'):
        (linked / "link.json").write_text(nonsense)
        with pytest.raises(TcmError, match="not a folder that tcm link wrote"):
            ship_folder(linked, "serial", tmp_path / "firmware")
    (linked / "link.json").write_text(manifest.replace("second", "moved"))
    with pytest.raises(TcmError, match="not a folder that tcm compile wrote"):
        ship_folder(linked, "serial", tmp_path / "firmware")
    assert not (tmp_path / "firmware").exists()


@needs_gcc
def test_rows_of_an_inference_that_nobody_ended_are_forgotten(firmware: Path) -> None:
    model = CompiledModel(MODELS[2])
    with BoardProcess([firmware]) as line:
        link = Link(SerialPort(line.on), SHORT)
        link.hello(model.generated.program.signature)
        for missing in (5, 4, 3):
            answer = link.request(Kind.RUN, bytes(12))
            assert (len(answer), int.from_bytes(answer[:4], "little")) == (16, missing)
        link.close()
        assert model.verify(random=4, on=line.on) == 4
