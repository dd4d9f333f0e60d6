"""A model on a board: the firmware that is emitted, and the PC, over lines that are good or bad."""

from __future__ import annotations

import json
import shutil
import sys
import time
from io import StringIO
from pathlib import Path
from struct import pack

import numpy as np
import pytest
import torch
from conftest import needs_emulator
from emitted_graphs import small_graph
from rich.console import Console
from serial_boards import (
    BoardProcess,
    Faults,
    answering,
    build_for_board,
    build_for_host,
    emulated,
    guide_main,
    with_timer,
    write_firmware,
)
from small_graphs import Builder, Q
from strict_compilers import FRONT_END, OPTIMIZING, compile_source

from torch_cortex_m import CompiledModel, TcmError
from torch_cortex_m.commands import run_folder, verify_folder
from torch_cortex_m.commands.profile import report_table
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.model.ports import as_run
from torch_cortex_m.run import Board, Run, open_board
from torch_cortex_m.run.board import Patience
from torch_cortex_m.run.board.frames import ANSWER, START, Frame, Kind, Refusal, encode
from torch_cortex_m.target import HOST, find_target

pytest.importorskip("serial")

SHORT = Patience(answer=0.1, work=5, tries=6, greetings=6)
HASTY = Patience(answer=0.05, work=0.2, tries=2, greetings=2)
CALLS = 4

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def delayed(filters: int = 6, weight: int | None = None, *, rows: bool = False) -> Graph:
    """The largest of the input and the one before the last, which a call that is done twice loses;
    weight: the first one of the convolution. rows: behind a convolution, whose rows are computed as
    those of the input come."""
    shape = (1, 6, 3, 4) if rows else (1, 4, 3, 4)
    build = Builder()
    given = build.input(*shape)
    given = build.conv(given, 4) if rows else given
    last, before = (
        build.graph.add_state(name, np.full(shape, 5, np.int8), Q) for name in ("last", "before")
    )
    most = build.node("maximum", given, before)
    build.graph.set_update(last, given)
    build.graph.set_update(before, last)
    build.output(build.conv(most, filters), most)
    if weight is not None:
        build.graph.constants["weight"].flat[0] = weight
    return build.graph


def model_for(target: str, io: str = "caller") -> CompiledModel:
    preferences = Preferences(io=io)
    graph = delayed(rows=io == "rows")
    return CompiledModel(
        generate(graph, find_target(target), prefix="net_1", preferences=preferences)
    )


@pytest.fixture(scope="module", params=["caller", "arena", "rows"])
def model(request: pytest.FixtureRequest) -> CompiledModel:
    return model_for("host", request.param)


@pytest.fixture(scope="module")
def firmware(model: CompiledModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("host")
    return build_for_host(write_firmware(model, folder), folder)


def program(model: CompiledModel) -> Program:
    return model.generated.program


def calls(model: CompiledModel, count: int = CALLS) -> list[Run]:
    return [Run(*as_run(sample)) for sample in model.random_samples(count)]


def prove(board: Board, model: CompiledModel, count: int = CALLS) -> None:
    runs = calls(model, count)
    expected = [execution.outputs for execution in model.runner("host").run(runs)]
    assert len(set(expected)) == count
    assert [execution.outputs for execution in board.run(runs)] == expected


@needs_gcc
def test_a_board_is_a_place_to_run(firmware: Path, model: CompiledModel) -> None:
    inputs = [np.concatenate([sample[0] for sample in model.random_samples(CALLS)])]
    with BoardProcess([firmware]) as line:
        assert model.verify(random=CALLS, on=["host", line.on]) == CALLS
        given = model.run_arrays(inputs, on=line.on, raw=True)
        frames = map(torch.from_numpy, np.split(inputs[0], CALLS))
        streamed = list(model.stream(frames, on=line.on, raw=True))
    for index, expected in enumerate(model.run_arrays(inputs, raw=True)):
        assert np.array_equal(given[index], expected)
        assert np.array_equal(np.concatenate([call[index] for call in streamed]), expected)


@needs_gcc
def test_cycles_come_from_the_firmware(firmware: Path, model: CompiledModel) -> None:
    """Its counter is looked at once around the inference, and twice after each layer. In rows there
    are six calls, and the first layer computes three rows at a time."""
    by_rows = model.generated.preferences.io == "rows"
    counts = [200, 100, 100] if by_rows else [100, 100]
    with BoardProcess([firmware]) as line:
        board = open_board(line.on, program(model), patience=SHORT)
        with pytest.raises(TcmError, match="cannot be opened"):  # a port is for one at a time
            open_board(line.on, program(model), patience=SHORT)
        assert (board.facts.counter, board.facts.clock_hz) == ("own", 1_000_000)
        execution = board.measure(calls(model)[0].inputs)
        (plain,) = board.run(calls(model)[:1])
    assert [layer.cycles for layer in execution.layers] == counts
    assert execution.cycles == plain.cycles == 2 * sum(counts) + (600 if by_rows else 100)
    assert plain.layers == ()


@needs_gcc
def test_faults_of_the_line_do_not_change_what_is_computed(
    firmware: Path, model: CompiledModel
) -> None:
    up, down = Faults(211), Faults(503)
    with BoardProcess([firmware], up, down) as line:
        prove(open_board(line.on, program(model), patience=SHORT), model, 12)
    assert up.count >= 3
    assert down.count >= 3


@needs_gcc
def test_what_comes_before_a_frame_is_passed_over(firmware: Path, model: CompiledModel) -> None:
    noise = START + bytes(range(200, 256)) + START[:1]

    def noisy(data: bytes) -> bytes:
        return noise + data if data.startswith(START) else data

    with BoardProcess([firmware], noisy, noisy) as line:
        prove(open_board(line.on, program(model), patience=SHORT), model)


@needs_gcc
@pytest.mark.parametrize("change", [{"filters": 8}, {"weight": 1}], ids=["sizes", "weight"])
def test_a_firmware_of_another_model_is_refused(
    change: dict[str, int], firmware: Path, model: CompiledModel
) -> None:
    preferences = model.generated.preferences
    graph = delayed(**change, rows=preferences.io == "rows")
    other = generate(graph, HOST, prefix="net_1", preferences=preferences).program
    with BoardProcess([firmware]) as line:
        with pytest.raises(TcmError, match="the board has another model") as caught:
            open_board(line.on, other, patience=SHORT)
        prove(open_board(line.on, program(model), patience=SHORT), model)  # the port is free again
    assert f"net_1, compiled as it is here ({other.signature.hex()})" in str(caught.value)
    assert f"net_1 ({program(model).signature.hex()})" in str(caught.value)


@needs_gcc
def test_a_reset_is_told(firmware: Path, model: CompiledModel) -> None:
    """It would have begun with the initial states in the middle of a sequence."""
    with BoardProcess([firmware]) as line:
        board = open_board(line.on, program(model), patience=SHORT)
        board.run(calls(model))
        line.restart()
        with pytest.raises(TcmError, match="the board was reset"):
            board.run(calls(model))
        assert not board.is_open
        prove(open_board(line.on, program(model), patience=SHORT), model)


@needs_gcc
def test_a_board_that_is_unplugged(firmware: Path, model: CompiledModel) -> None:
    with BoardProcess([firmware]) as line:
        board = open_board(line.on, program(model), patience=SHORT)
        line.unplug()
        with pytest.raises(TcmError, match="the connection to the board broke off"):
            board.run(calls(model))


def test_a_port_that_nobody_answers_at() -> None:
    started = time.monotonic()
    with answering(lambda data: b"") as on, pytest.raises(TcmError, match="does not answer") as got:
        open_board(on, program(model_for("host")), patience=HASTY)
    assert "nothing, 2 times" in str(got.value)
    assert time.monotonic() - started < 2


def last_frame(data: bytes) -> Frame:
    return Frame(data[2], data[3], int.from_bytes(data[4:8], "little"))


def good_answer(data: bytes) -> bytes:
    request = last_frame(data)
    return encode(Frame(request.kind + ANSWER, request.number, request.session, bytes(60)))


BAD_ANSWERS = {
    "garbage": (lambda data: b"Hello from the boot loader\r\n", "bytes that are no answer"),
    "an echo": (lambda data: data, "another protocol"),
    "the begin": (lambda data: good_answer(data)[:-5], "only 75 bytes of an answer"),
    "a changed byte": (
        lambda data: good_answer(data)[:-5] + b"x" + good_answer(data)[-4:],
        "a wrong checksum",
    ),
    "another version": (good_answer, "version 0"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_answers_that_are_none(name: str) -> None:
    answer, told = BAD_ANSWERS[name]
    with answering(answer) as on, pytest.raises(TcmError) as caught:
        open_board(on, program(model_for("host")), patience=HASTY)
    assert told in str(caught.value)
    assert on in str(caught.value)


def hello(model: CompiledModel, request: Frame) -> bytes:
    """Of a firmware with this model."""
    inputs, outputs = program(model).input_bytes, program(model).output_bytes
    sizes = (*inputs, *outputs)
    facts = pack(f"<{7 + len(sizes)}I", 2, 0, 0, 0, len(inputs), len(sizes), 0, *sizes)
    identity = program(model).signature + program(model).prefix.encode()
    return encode(Frame(Kind.HELLO + ANSWER, request.number, request.session, facts + identity))


LATER_ANSWERS = {
    "an inference that never ends": (Kind.ACCEPTED, b"", "does not end"),
    "damaged requests": (Kind.REFUSED, bytes([Refusal.DAMAGED]), "requests that arrived damaged"),
    "an unknown request": (Kind.REFUSED, bytes([Refusal.UNKNOWN]), "speaks another protocol"),
    "a short answer": (Kind.RESET + ANSWER, b"x", "1 bytes"),
}


@pytest.mark.parametrize("name", LATER_ANSWERS)
def test_answers_that_come_too_late_or_are_wrong(name: str) -> None:
    model = model_for("host")
    kind, payload, told = LATER_ANSWERS[name]

    def answer(data: bytes) -> bytes:
        request = last_frame(data)
        if request.kind == Kind.HELLO:
            return hello(model, request)
        return encode(Frame(kind, request.number, request.session, payload))

    with answering(answer) as on:
        board = open_board(on, program(model), patience=HASTY)
        with pytest.raises(TcmError) as caught:
            board.run(calls(model))
    assert told in str(caught.value)


def test_an_error_of_the_model_is_told() -> None:
    model = model_for("host")

    def answer(data: bytes) -> bytes:
        request = last_frame(data)
        if request.kind == Kind.HELLO:
            return hello(model, request)
        status = pack("<iIII", -3, 0, 0, 0) + bytes(sum(program(model).output_bytes))
        payload = status if request.kind == Kind.RUN else b""
        return encode(Frame(request.kind + ANSWER, request.number, request.session, payload))

    with answering(answer) as on:
        board = open_board(on, program(model), patience=HASTY)
        with pytest.raises(TcmError, match="net_1_run returned an error: -3"):
            board.run(calls(model))


def test_ports_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_for("host")
    with pytest.raises(TcmError, match="the serial port cannot be opened"):
        model.verify(on="serial:/dev/no-such-port")
    for on in ("serial:", "serial:/dev/ttyS0@fast", "serial:@9600", "serial:/dev/ttyS0@0"):
        with pytest.raises(TcmError, match="this names no serial port"):
            model.verify(on=on)
    with pytest.raises(TcmError, match="gives no outputs of layers"):
        model.verify(on="serial:/dev/ttyS0", layers=True)
    with pytest.raises(TcmError, match="only the emulated core and boards are measured"):
        model.profile(on="host")
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(TcmError, match="pyserial is not installed") as caught:
        model.verify(on="serial:/dev/ttyS0")
    assert "pip install pyserial" in str(caught.value)


COMPILERS = {
    "gcc": ["gcc"],
    "clang": ["clang"],
    "cortex-m0": ["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m0"],
    "cortex-m4": ["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m4"],
}
FLAGS = [
    ("arena", []),
    ("rows", []),
    ("caller", ["-DTCM_SERIAL_STACK_BYTES=1024"]),
    ("caller", ["-DTCM_SERIAL_CYCLES=ticks"]),
]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_firmwares_c_is_clean_c99(compiler: str, tmp_path: Path) -> None:
    command = COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    odd_names = CompiledModel(generate(small_graph(), HOST))
    write_firmware(odd_names, tmp_path)
    compile_source(tmp_path / "tcm_serial.c", command, "odd names: ", [*FRONT_END, "-std=c99"])
    effort = OPTIMIZING if compiler in ("gcc", "cortex-m4") else FRONT_END
    for io, flags in FLAGS:
        write_firmware(model_for("host", io), tmp_path)
        how = [*effort, "-std=c99", "-Wshadow", "-Wundef", *flags]
        compile_source(tmp_path / "tcm_serial.c", command, f"{io} {flags}: ", how)
    hooked = [*effort, "-include", "tcm_serial_layers.h"]
    compile_source(tmp_path / "net_1.c", command, "with hooks: ", hooked)


def test_a_model_without_layers_has_a_firmware(tmp_path: Path) -> None:
    build = Builder()
    build.output(build.input(1, 4))
    write_firmware(CompiledModel(generate(build.graph, HOST)), tmp_path)
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    compile_source(tmp_path / "tcm_serial.c", ["gcc"], "", [*OPTIMIZING, "-std=c99"])


@needs_emulator
def test_an_emulated_board_with_the_guides_firmware(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands, QEMU's UART, and a core whose counter does not count."""
    model = model_for("cortex-m4")
    folder = model.save(tmp_path / "out")
    sources, flags = write_firmware(model, tmp_path), ["-DTCM_SERIAL_STACK_BYTES=4096"]
    image = build_for_board(sources, tmp_path, guide_main(), flags)
    inputs = next(model.random_samples(1))
    np.savez(tmp_path / "inputs.npz", *inputs)
    with emulated(image) as line:
        on = line.on
        run_folder(folder, tmp_path / "inputs.npz", on, True, tmp_path / "outputs.npz")
        verify_folder(folder, None, 2, 0, [on], layers=False)
        assert f"bit-exact: reference = {on} on 2 calls in a row" in capsys.readouterr().out
        board = model.board(on)
        assert board.facts.counter is None
        (execution,) = board.run([as_run(inputs)])
    expected = model.run_arrays(inputs, on="reference", raw=True)
    with np.load(tmp_path / "outputs.npz") as outputs:
        for name, array in zip(outputs.files, expected, strict=True):
            assert np.array_equal(outputs[name], array)
    (on_emulator,) = model.runner("emulator").run([as_run(inputs)])
    assert execution.cycles is None
    assert abs(execution.stack_bytes - on_emulator.stack_bytes) <= 64


@needs_emulator
def test_a_profile_has_what_a_board_counts(tmp_path: Path) -> None:
    """By a timer of the emulated board, whose ticks are no cycles of a core."""
    model = model_for("cortex-m4")
    flags = ["-include", "tcm_serial_layers.h", "-DTCM_SERIAL_CYCLES=ticks"]
    flags += ["-DTCM_SERIAL_CLOCK_HZ=25000000", "-DTCM_SERIAL_STACK_BYTES=96"]
    main = with_timer(guide_main())
    sources = write_firmware(model, tmp_path)
    with emulated(build_for_board(sources, tmp_path, main, flags)) as line:
        report = model.profile(on=line.on)
    board = report.board
    assert board is not None
    assert board.cycles is not None
    assert board.microseconds == round(board.cycles / 25)
    assert board.layers is not None
    assert len(board.layers) == len(report.layers)
    assert 0 < sum(board.layers) <= board.cycles
    assert board.stack_is_full
    text = StringIO()
    Console(width=100, file=text).print(report_table(report))
    table = " ".join(text.getvalue().split())
    assert f"On the board at {line.on}: {board.cycles:,} cycles" in table
    assert "counted by a function of the firmware" in table
    assert "stack at least" in table
    assert " board " in table
    assert all(f"{cycles:,}" in table for cycles in board.layers)
    assert json.loads(json.dumps(report.as_data()))["board"]["layers"] == list(board.layers)
    assert board.text(report.cycles) in str(report)
