"""The tcm command: a user's mistake is one clear message, exit status 2, nothing left behind."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from command_line import tcm
from conftest import needs_emulator
from torch import nn
from typer.testing import CliRunner

from torch_cortex_m import CompiledModel, TcmError, compile, load, ops
from torch_cortex_m.cli import app
from torch_cortex_m.commands.arrays import different, read_arrays, write_arrays
from torch_cortex_m.commands.verify import verify_folder
from torch_cortex_m.measured.measurements import load_measurements
from torch_cortex_m.model import compiled as compiled_model
from torch_cortex_m.model.saved_report import read_report
from torch_cortex_m.sizes import bytes_of

NETWORKS = Path(__file__).parent / "models" / "small_networks.py"


def fails(result: subprocess.CompletedProcess[str], *texts: str) -> None:
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    for text in texts:
        assert text in result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cli") / "out"
    ir = out.parent / "ir"
    result = tcm("compile", f"{NETWORKS}:separable", "-o", out, "--dump-ir", ir)
    assert result.returncode == 0, result.stderr
    assert "cortex-m4" in result.stdout
    dumps = sorted(path.name for path in ir.iterdir())
    assert dumps[0] == "00_imported.txt"
    assert "depthwise_conv2d" in (ir / dumps[-1]).read_text()
    return out


def test_help_is_quick() -> None:
    start = time.perf_counter()
    command = [sys.executable, "-m", "torch_cortex_m", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "compile" in result.stdout
    assert time.perf_counter() - start < 5  # no import of torch, which alone takes that on CI


def test_compile_writes_what_it_says(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"model.c", "model.h", "weights.c", "CMakeLists.txt", "plan.json", "tcm.h"} <= names


def test_run_prints_and_writes(folder: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 3, 12, 10), np.float32))
    result = tcm("run", folder, "--inputs", tmp_path / "x.npy")
    assert result.returncode == 0, result.stderr
    assert "float32[3, 4]" in result.stdout
    out = tmp_path / "y.npz"
    result = tcm("run", folder, "--inputs", tmp_path / "x.npy", "-o", out, "--on", "reference")
    assert result.returncode == 0, result.stderr
    with np.load(out) as archive:
        assert archive[archive.files[0]].shape == (3, 4)


def test_outputs_may_be_called_as_numpys_parameters(tmp_path: Path) -> None:
    names = ["file", "args", "allow_pickle", "kwds", "conv/Relu"]
    arrays = [np.full((2, 3), index, np.float32) for index in range(len(names))]
    write_arrays(tmp_path / "y.npz", names, arrays)
    with np.load(tmp_path / "y.npz") as archive:
        assert archive.files == names
        for name, array in zip(names, arrays, strict=True):
            assert np.array_equal(archive[name], array)


def test_outputs_with_equal_names_are_all_kept() -> None:
    assert different(["y", "x", "y", "y_0"]) == ["y_0_", "x", "y_2", "y_0"]
    assert different(["y", "x"]) == ["y", "x"]


def test_outputs_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, arrays = tmp_path / "new" / "y.npz", [np.arange(3)]
    write_arrays(path, ["y"], arrays)
    path.chmod(0o640)
    (tmp_path / "link.npz").symlink_to(path)
    write_arrays(tmp_path / "link.npz", ["z"], arrays)
    before = path.read_bytes()
    assert np.load(path).files == ["z"]
    assert path.stat().st_mode & 0o777 == 0o640
    written = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        written(path, data[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        for target in (path, tmp_path / "none.npz"):
            with pytest.raises(TcmError, match="cannot write the outputs"):
                write_arrays(target, ["y"], arrays)
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.rglob("*")} == {"new", "y.npz", "link.npz"}


def test_a_file_whose_folder_may_not_be_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "y.npz"
    path.write_text("mine")
    may = os.access  # root may write everywhere
    monkeypatch.setattr(os, "access", lambda place, mode: place != tmp_path and may(place, mode))
    with pytest.raises(TcmError, match="cannot write the outputs") as error:
        write_arrays(path, ["y"], [np.arange(3)])
    assert error.value.got == f"no new file can be made in {tmp_path}"
    assert "folder" in str(error.value.hint)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["mine"]


def test_outputs_may_go_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        write_arrays(pipe, ["y"], [np.arange(3)])
        assert np.load(io.BytesIO(reader.read()))["y"].tolist() == [0, 1, 2]
    assert pipe.is_fifo()
    for path in (tmp_path, Path("/proc/nothing.npz")):
        with pytest.raises(TcmError, match="cannot write the outputs"):
            write_arrays(path, ["y"], [np.arange(3)])


@needs_emulator
def test_verify_and_profile(folder: Path) -> None:
    result = tcm("verify", folder, "--layers", "--random", "1")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("bit-exact")
    data = json.loads(tcm("profile", folder, "--json").stdout)
    layer = data["layers"][0]
    assert {"name", "op", "kernel", "macs", "instructions"} <= set(layer)
    assert {"instructions", "flash_bytes", "ram_bytes"} <= set(data["total"])
    table = tcm("profile", folder).stdout
    assert "total" in table
    page = tcm("profile", folder, "--markdown", "--max-flash", "9", "--max-ram", "900000")
    assert page.returncode == 1
    assert "**over**" in page.stdout
    assert page.stderr.startswith("tcm: over budget: flash: ")
    assert page.stderr.count("over budget") == 1
    total = data["total"]
    assert f"arena {total['arena_bytes']:,} B, stack {total['stack_bytes']:,} B." in table


def test_report(folder: Path, tmp_path: Path) -> None:
    page, data = tmp_path / "x.html", tmp_path / "x.json"
    np.savez(tmp_path / "in.npz", image=np.full((2, 3, 12, 10), 40, np.float32))
    command = ["report", folder, "--no-measure", "--no-curves", "--inputs", tmp_path / "in.npz"]
    result = tcm(*command, "--html", page, "--json", data)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [str(page), str(data)]
    assert page.read_text().startswith("<!doctype html>")
    document = json.loads(data.read_text())
    layers = {layer["name"] for layer in document["layers"]}
    assert {each["into"] for each in document["removed"]} & layers
    assert any("clipped" in each["what"] for each in document["advice"])
    fails(tcm("report", folder, "--html", tmp_path / "x.pdf"), "a report is a page or data")


def test_ops_and_schemas() -> None:
    assert set(ops.definitions()) <= set(tcm("ops").stdout.split())
    assert "tcm::depthwise_conv2d(Tensor input, Tensor weight" in tcm("ops", "--schema").stdout


def test_the_page_of_operators_is_up_to_date() -> None:
    """If not: tcm ops --markdown > docs/operators.md."""
    page = Path(__file__).parents[1] / "docs" / "operators.md"
    assert tcm("ops", "--markdown").stdout == page.read_text()


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("nowhere.py:model", ["file not found", "nowhere.py"]),
        (f"{NETWORKS}:nothing", ["no such function", "separable"]),
        (f"{NETWORKS}:broken", ["broken() failed", "this factory fails", "small_networks.py:"]),
        (f"{NETWORKS}:NUMBER", ["no such function", "NUMBER, which is a int"]),
        (f"{NETWORKS}:MODEL", ["no such function", "MODEL, which is a Linear"]),
        (f"{NETWORKS}:wrong", ["does not return", "int"]),
        (f"{NETWORKS}:name_of_model", ["does not return", "nn.Module", "(str, tuple)"]),
        (f"{NETWORKS}:calibrated_with_a_number", ["calibration must be an iterable", "int"]),
        (f"{NETWORKS}", ["SOURCE is not understood", "small_networks.py:FUNCTION"]),
        ("nowhere.pt2", ["nowhere.pt2"]),
        (f"{NETWORKS}:unsupported", ["lgamma", "cummax", "small_networks.py"]),
        (f"{NETWORKS}:with_parameters", ["small_networks.py:with_parameters", "got: ", "function"]),
        (f"{str(NETWORKS)[:-3]}:separable", ["not understood", "small_networks.py:separable"]),
        ("weights.pth", ["SOURCE is not understood", "builds the model and loads"]),
        ("model.ONNX", ["SOURCE is not understood", "before its export to ONNX"]),
        ("model.keras", ["SOURCE is not understood", "full integer quantization"]),
        ("model.onnx:main", ["SOURCE is not understood", "before its export to ONNX"]),
        ("fw.c:main", ["module.py:function, model.pt2 or", "got: fw.c:main", "torch.export.save"]),
        (f"{NETWORKS.parent}", ["SOURCE is not understood", "tcm run, verify, profile"]),
    ],
)
def test_bad_sources(source: str, texts: list[str], tmp_path: Path) -> None:
    fails(tcm("compile", source, "-o", tmp_path / "out", cwd=tmp_path), *texts)
    assert list(tmp_path.iterdir()) == []


def test_a_source_with_a_wrong_line_is_named_with_it(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("import torch\n\ndef build(:\n")
    fails(tcm("compile", "wrong.py:build", "-o", "out", cwd=tmp_path), "where: wrong.py:3")


def test_only_functions_that_can_be_called_are_proposed(tmp_path: Path) -> None:
    result = tcm("compile", f"{NETWORKS}:nothing", "-o", tmp_path / "out")
    proposed = result.stderr.partition("expected: one of ")[2].splitlines()[0].split(", ")
    assert {"separable", "two_in_two_out"} <= set(proposed)
    assert not {"Separable", "Tensor", "samples", "with_parameters", "annotations"} & set(proposed)


def test_a_source_may_be_named_as_a_module_that_is_loaded(tmp_path: Path) -> None:
    source = tmp_path / "warnings.py"
    source.write_text(
        "from torch import nn, ones\ndef build():\n    return nn.Linear(2, 2), (ones(1, 2),)\n"
    )
    result = tcm("compile", f"{source}:build", "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr


def test_a_model_without_layers(tmp_path: Path) -> None:
    result = tcm("compile", f"{NETWORKS}:nothing_to_do", "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert "kernels: none;" in result.stdout


def test_folded_channels_are_reported(tmp_path: Path) -> None:
    command = ["compile", f"{NETWORKS}:with_dead_channels", "-o", tmp_path / "out"]
    result = tcm(*command)
    assert "constant channels folded: 12 -> 10 channels, 1,400 -> 1,050 MACs" in result.stdout
    fails(tcm(*command, "--dump-ir", NETWORKS), "cannot write the graph's text")


def test_a_warning_is_one_line(tmp_path: Path) -> None:
    result = tcm("compile", f"{NETWORKS}:without_calibration", "-o", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    assert result.stderr.startswith("tcm: warning: no calibration data")
    assert len(result.stderr.splitlines()) == 1


def test_names_that_the_terminal_cannot_show(tmp_path: Path) -> None:
    out = tmp_path / "größe"
    command = [sys.executable, "-m", "torch_cortex_m", "compile", f"{NETWORKS}:nothing_to_do"]
    result = subprocess.run(
        [*command, "-o", out],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert rb"gr\xf6\xdfe" in result.stdout


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_leaves_nothing(tmp_path: Path, ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "torch_cortex_m", "compile", f"{NETWORKS}:calibrated_forever"]
    process = subprocess.Popen(
        [*command, "-o", tmp_path / "out"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(ending, signal.SIG_DFL),  # a shell may ignore it
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "calibrating\n"
        process.send_signal(ending)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 128 + ending
    assert "Traceback" not in errors
    assert errors.endswith("tcm: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_what_cannot_be_printed_is_an_error() -> None:
    command = [sys.executable, "-m", "torch_cortex_m", "ops", "--markdown"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 2
    assert result.stderr == "tcm: error: cannot write: No space left on device\n"


def test_python_m_is_the_command() -> None:
    command = [sys.executable, "-m", "torch_cortex_m", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("tcm ")


def test_the_host_as_the_target(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = tcm("compile", f"{NETWORKS}:two_in_two_out", "-o", out, "--target", "host")
    assert result.returncode == 0, result.stderr
    result = tcm("verify", out)
    assert result.stdout == "bit-exact: reference = host on 2 samples\n", result.stderr


def test_verify_tells_given_samples_from_random_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_model, "verify_sequences", lambda *_: None)
    monkeypatch.setattr(CompiledModel, "runner", lambda *_: None)  # nothing is built
    inputs, out = tmp_path / "inputs.npz", tmp_path / "out"
    np.savez(inputs, np.zeros((5, 3), np.float32))
    model, samples = nn.Linear(3, 2).eval(), [(torch.rand(1, 3),) for _ in range(2)]
    compile(model, samples[0], target="host", calibration=samples).save(out)
    texts = {(inputs, None): "7 samples (5 given, 2 random)", (inputs, 0): "5 samples"}
    for (given, random), text in {**texts, (None, 1): "1 sample"}.items():
        verify_folder(out, given, random, 0, ["host"], False)
        assert capsys.readouterr().out.endswith(f" on {text}\n")
    fails(tcm("profile", out), "no emulated core for the target host")
    fails(tcm("tune", out), "no emulated core for the target host")


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "bad.pt2").write_bytes(b"nonsense")
    fails(tcm("compile", tmp_path / "bad.pt2", "-o", tmp_path / "out"), "bad.pt2")
    assert not (tmp_path / "out").exists()


def test_bad_options(folder: Path, tmp_path: Path) -> None:
    source = f"{NETWORKS}:separable"
    fails(tcm("compile", source, "-o", tmp_path / "o", "--target", "cortex-m9"), "unknown target")
    fails(tcm("compile", source, "-o", NETWORKS), "the output is a file")
    fails(tcm("compile", source, "-o", NETWORKS.parent), "holds other files")
    fails(tcm("compile", source, "-o", "long" * 99), "cannot write the output folder")
    fails(tcm("verify", "long" * 99), "not a folder that tcm compile wrote")
    fails(tcm("compile", source, "-o", "/proc/nothing/out"), "cannot write the output folder")
    untrained = tcm("compile", f"{NETWORKS}:broken", "-o", NETWORKS / "o")
    fails(untrained, "cannot write the output folder", f"Not a directory: {NETWORKS}")
    fails(tcm("compile", f"{NETWORKS}:broken", "-o", tmp_path / "o", "--optimize", "fast"), "fast")
    fails(tcm("compile", f"{NETWORKS}:broken", "-o", tmp_path / "o", "--name", "1"), "prefix")
    calibration = ["--calibration", NETWORKS]
    fails(tcm("compile", source, "-o", tmp_path / "o", *calibration), "cannot read the arrays")
    fails(tcm("verify", tmp_path), "not a folder that tcm compile wrote", "no plan.json")
    fails(tcm("verify", NETWORKS), "not a folder that tcm compile wrote", "got: a file")
    fails(tcm("run", folder, "--inputs", tmp_path / "none.npz"), "none.npz")
    np.save(tmp_path / "x.npy", np.zeros((1, 2), np.float32))
    fails(tcm("run", folder, "--inputs", tmp_path / "x.npy"), "does not have the shape")
    np.save(tmp_path / "alone.npy", np.zeros((3, 12, 10), np.float32))
    fails(tcm("run", folder, "--inputs", tmp_path / "alone.npy"), "array[None]")
    np.save(tmp_path / "nhwc.npy", np.zeros((1, 12, 10, 3), np.float32))
    fails(tcm("run", folder, "--inputs", tmp_path / "nhwc.npy"), "the order of dimensions")
    fails(tcm("run", folder, "--inputs", tmp_path / "x.npy", "--on", "mars"), "unknown place")
    np.save(tmp_path / "double.npy", np.zeros((1, 3, 12, 10)))
    double = tcm("run", folder, "--inputs", tmp_path / "double.npy")
    fails(double, "wrong dtype", "astype(numpy.float32)", "--raw")
    fails(tcm("verify", folder, "--on", "mars"), "unknown place")
    fails(tcm("verify", folder, "--random", "0"), "nothing to verify")
    fails(tcm("run"), "Usage")
    assert not (tmp_path / "o").exists()


def test_sizes_have_units() -> None:
    meant = {"0": 0, "65536": 65536, "8K": 8192, "64kb": 65536, "2KiB": 2048, "1M": 1 << 20}
    assert {text: bytes_of(text) for text in meant} == meant
    assert bytes_of("7B") == 7
    for text in ("", "K", "-1", "1.5K", "8 K", "1G", "8Ki8", "1_000", "\u0661"):
        with pytest.raises(ValueError, match="no number of bytes, such as"):
            bytes_of(text)


def test_every_option_of_bytes_takes_units() -> None:
    """With the same help, and the same error."""
    group: Any = typer.main.get_command(app)
    needed = {"compile": ["x.py:f", "-o", "out"], "diff": ["a", "b"]}
    found: dict[str, int] = {}
    for name, command in group.commands.items():
        for option in command.params:
            if "BYTES" not in str(option.metavar):
                assert not re.search(r"\b[Bb]ytes\b", str(getattr(option, "help", ""))), option
                continue
            assert "K is 1024" in option.help or "As for compile" in option.help
            arguments = [*needed.get(name, ["out"]), option.opts[0]]
            context = command.make_context(name, [*arguments, "8K"])
            assert context.params[option.name] == 8192
            with pytest.raises(typer.BadParameter, match="64K or 1M"):
                command.make_context(name, [*arguments, "8 bytes"])
            found[name] = found.get(name, 0) + 1
    assert found == {"compile": 2, "profile": 2, "diff": 2, "tune": 3}


def test_help_says_what_to_write_and_fits_a_terminal() -> None:
    """No type of Python, no name of a parameter, no sentence that is cut."""
    group: Any = typer.main.get_command(app)
    for name in (None, *group.commands):
        shown = CliRunner().invoke(app, [*([name] if name else []), "--help"], terminal_width=80)
        assert not re.search(r"<\w|list\[|Path|TEXT|INTEGER|[\w,]\.\.\.$", shown.output, re.M), name
        assert max(map(len, shown.output.splitlines())) <= 80, name
    for name, command in group.commands.items():
        for each in command.params:
            assert each.metavar or each.is_flag, (name, each.name)
            assert each.help, (name, each.name)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_damaged_arrays(save: Callable[..., None], tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    save(path, x=np.arange(64, dtype=np.float32))
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = bytes(byte ^ 0xFF if i == middle - 60 else byte for i, byte in enumerate(whole))
    encrypted = whole.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")
    encrypted = encrypted.replace(b"PK\1\2-\3-\0\0", b"PK\1\2-\3-\0\1")
    for damaged in (whole[:middle], whole[:10], b"PK\3\4", b"", flipped, encrypted):
        path.write_bytes(damaged)
        with pytest.raises(TcmError, match=r"x\.npz"):
            read_arrays(path)


READERS = {"arrays": read_arrays, "measurements": load_measurements, "report": read_report}


@pytest.mark.parametrize("reader", READERS)
def test_files_that_cannot_be_read(reader: str, tmp_path: Path) -> None:
    """What is wrong is said in words, not in those of Python or NumPy."""
    archive = io.BytesIO()
    np.savez(archive, x=np.array([None]))
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("x.txt", "words")
    texts = {
        "none": (None, "no such file", "no such file"),
        "words": (b"words", "neither an .npz (zip) nor an .npy file", "not JSON"),
        "bytes": (b"\xff\xfe", "neither an .npz", "not text in UTF-8"),
        "objects": (archive.getvalue(), "Python objects", "not text in UTF-8"),
        "other": ((tmp_path / "other.zip").read_bytes(), "'x.txt' in the archive is no array", ""),
        "nothing": (b"{}", "neither an .npz", "no '"),
    }
    for name, (content, of_arrays, of_text) in texts.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(TcmError) as caught:
            READERS[reader](tmp_path / name)
        assert str(caught.value.got).startswith(of_arrays if reader == "arrays" else of_text)
        assert "Error" not in str(caught.value)


def test_damaged_arrays_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, x=np.zeros((1, 3, 12, 10), np.float32))
    path.write_bytes(path.read_bytes()[:200])
    fails(tcm("run", folder, "--inputs", path), "cannot read the arrays", "x.npz")
    command = ["compile", f"{NETWORKS}:separable", "-o", tmp_path / "o", "--calibration", path]
    fails(tcm(*command), "cannot read the arrays", "x.npz")


def test_verify_proves_the_files_that_lie_there(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "model.c").unlink()
    fails(tcm("verify", copy), "no such file", "model.c")
    (copy / "model.c").write_text("edited")
    fails(tcm("verify", copy), "an edited file")


def test_tuning_does_not_write_over_an_edited_file(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "model.c").write_text("edited")
    fails(tcm("tune", copy, "--tuning", tmp_path / "tuning.json"), "an edited file", "model.c")
    assert (copy / "model.c").read_text() == "edited"
    assert not (tmp_path / "tuning.json").exists()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without an end")
def test_a_device_is_no_file(folder: Path, tmp_path: Path) -> None:
    """Reading it would not end, or take all memory."""
    zero, text = "/dev/zero", "it is a device, not a file"
    model = f"{NETWORKS}:nothing_to_do"
    fails(tcm("tune", folder, "--tuning", zero), "not a tuning file", text)
    fails(tcm("compile", model, "-o", tmp_path / "o", "--tuning", zero), text)
    fails(tcm("diff", folder, zero), "not a profile", text)
    endless = tmp_path / "x.tflite"
    endless.symlink_to(zero)
    fails(tcm("compile", endless, "-o", tmp_path / "o"), "file not found")
    header = tmp_path / "x.h"
    header.symlink_to(zero)
    own = ["--kernel", f"conv={header}:conv2d_s8__mine"]
    fails(tcm("compile", model, "-o", tmp_path / "o", *own), "cannot be read", text)


def test_a_tuning_file_is_read_before_the_model_is_made(tmp_path: Path) -> None:
    tuning = tmp_path / "tuning.json"
    command = ["compile", f"{NETWORKS}:broken", "-o", tmp_path / "o", "--tuning", tuning]
    fails(tcm(*command), "not a tuning file", "no such file", "tuning.json")
    tuning.write_text("{}")
    for more in ((), ("--tune",)):
        fails(tcm(*command, *more), "not a tuning file", "no 'format'")
    tuning.unlink()
    fails(tcm(*command, "--tune"), "broken() failed")


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("plan.json", b'{"format": 1, "graph"', ["damaged", "plan.json"]),
        ("plan.json", b"[]", ["damaged", "plan.json"]),
        ("plan.json", b'{"format": 3}', ["damaged", "no 'graph'"]),
        ("plan.json", b'{"format": 99}', ["another version", "format 99"]),
        ("plan.json", b"\xff\xfe", ["damaged", "plan.json"]),
        ("constants.npz", b"PK\3\4 no archive", ["damaged", "constants.npz"]),
        ("constants.npz", b"", ["damaged"]),
        ("constants.npz", b"words", ["damaged", "constants.npz", "neither an .npz (zip) nor"]),
        ("plan.json", None, ["not a folder that tcm compile wrote", "no plan.json"]),
    ],
)
def test_damaged_folders(
    folder: Path, tmp_path: Path, name: str, content: bytes | None, texts: list[str]
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_bytes(content)
    with pytest.raises(TcmError) as caught:
        load(copy)
    for text in [*texts, "tcm compile"]:
        assert text in str(caught.value)


def test_a_plan_that_was_edited(folder: Path, tmp_path: Path) -> None:
    """No file is written outside of the build folder, and no traceback is shown."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    data = json.loads((copy / "plan.json").read_text())
    for change in ({"prefix": "../evil"}, {"graph": {**data["graph"], "nodes": []}}):
        (copy / "plan.json").write_text(json.dumps(data | change))
        fails(tcm("verify", copy, "--on", "host"), "damaged", "tcm compile")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        ("plan nosuch >&-", 2, "not a folder that tcm compile wrote"),
        ("plan nosuch > /dev/full", 2, "not a folder that tcm compile wrote"),
        ("plan nosuch 2> /dev/full", 2, ""),
        ("plan nosuch >&- 2>&-", 2, ""),
        ("ops > /dev/full 2> /dev/full", 2, ""),
        ("--version >&-", 0, ""),
    ],
)
def test_streams_that_are_closed_or_full(command: str, status: int, told: str) -> None:
    """The exit status is that of the command, and its own error is the one that is told."""
    line = f"{shlex.quote(sys.executable)} -m torch_cortex_m {command}"
    result = subprocess.run(line, shell=True, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    assert told in result.stderr
    assert "cannot write" not in result.stderr


def test_names_that_c_cannot_have(tmp_path: Path) -> None:
    for name in ("a-b", "weights", "1st"):
        source = f"{NETWORKS}:separable"
        fails(tcm("compile", source, "-o", tmp_path / "o", "--name", name), "the name cannot be")


def test_a_missing_emulator_is_named(folder: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from torch_cortex_m.cli import main; main()", "profile", folder],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": str(tmp_path)},
        check=False,
    )
    fails(result, "is not installed", "apt-get install")


def test_calibration_from_a_file(tmp_path: Path) -> None:
    images = np.random.default_rng(0).normal(size=(5, 3, 12, 10))
    file = tmp_path / "calibration.npz"
    command = ["compile", f"{NETWORKS}:separable", "-o", tmp_path / "o", "--calibration", file]
    np.savez(file, image=images)
    fails(tcm(*command), "float32")
    for bad in ({}, {"image": np.array(["a"])}, {"image": np.float32(1)}, {"x": images, "y": [1]}):
        np.savez(file, **bad)  # type: ignore[arg-type]
        fails(tcm(*command), "calibration data is not understood")
    np.savez(file, image=images.astype(np.float32))
    result = tcm(*command)
    assert result.returncode == 0, result.stderr


def scales(folder: Path) -> list[str]:
    header = (folder / "model.h").read_text()
    return [line for line in header.splitlines() if "INPUT" in line and "_SCALE" in line]


def test_calibration_arrays_count_by_name(tmp_path: Path) -> None:
    """As those of tcm run do: in any order, if they have the inputs' names."""
    rng = np.random.default_rng(0)
    left = rng.normal(size=(5, 2, 4, 6)).astype(np.float32)
    right = (100 * rng.normal(size=(5, 2, 4, 6))).astype(np.float32)
    file = tmp_path / "calibration.npz"
    found = []
    for arrays in ({"left": left, "right": right}, {"right": right, "left": left}):
        np.savez(file, **arrays)
        out = tmp_path / f"out_{len(found)}"
        command = ["compile", f"{NETWORKS}:two_in_two_out", "-o", out, "--calibration", file]
        result = tcm(*command)
        assert result.returncode == 0, result.stderr
        found.append(scales(out))
    assert found[0] == found[1]
    np.savez(file, left=left, other=right)
    fails(tcm(*command), "only some of the arrays are named", "left, right", "left, other")
    fails(tcm("run", tmp_path / "out_0", "--inputs", file), "only some of the arrays are named")
    np.savez(file, a=left, b=right)
    assert tcm(*command).returncode == 0
    assert scales(out) == found[0]
    place = tcm("run", tmp_path / "out_0", "--inputs", file, "--on", "cortex-m4")
    fails(place, "unknown place", "emulator runs the C on the core that it is for, here cortex-m4")
