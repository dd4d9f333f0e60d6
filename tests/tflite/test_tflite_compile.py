"""tcm.compile and the command line on .tflite files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator
from judges import litert
from model_writer import ModelWriter
from operator_models import VALID, X, Y, activation, edges, integers, network, single

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.ir import Quantization
from torch_cortex_m.ops.quantize.op import Quantize
from torch_cortex_m.ops.transpose.op import Transpose
from torch_cortex_m.passes import run_passes
from torch_cortex_m.report import page
from torch_cortex_m.run.reference import run_reference


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("tflite") / "network.tflite"
    file.write_bytes(network().content)
    return file


def test_compile_run_save_load(path: Path, tmp_path: Path) -> None:
    compiled = tcm.compile(str(path), target="cortex-m4")
    sample, *_ = network().samples(1)
    (host,) = compiled.run_arrays(sample, raw=True)
    (reference,) = compiled.run_arrays(sample, raw=True, on="reference")
    assert host.tobytes() == reference.tobytes()
    loaded = tcm.load(compiled.save(tmp_path / "out"))
    assert loaded.generated.program.files == compiled.generated.program.files
    assert loaded.graph.inputs == compiled.graph.inputs
    assert "int8[1, 8, 8, 2]" in compiled.generated.program.files["model.h"]


@needs_emulator
def test_verify_on_an_emulated_core(path: Path) -> None:
    assert tcm.compile(path, target="cortex-m0").verify(random=2, layers=True) == 2


def tcm_without_torch(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys\n"
        "sys.modules.update(torch=None, torchao=None)\n"
        "from torch_cortex_m.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_line_needs_no_torch(path: Path, tmp_path: Path) -> None:
    inputs, out = tmp_path / "inputs.npz", tmp_path / "out"
    samples = [sample[0] for sample in network().samples(2)]
    np.savez(inputs, x=np.concatenate(samples))
    for command in (
        ["compile", path, "--target", "cortex-m55", "-o", out],
        ["run", out, "--inputs", inputs, "--raw", "-o", tmp_path / "outputs.npz"],
        ["report", out, "--no-measure"],
        ["ops", "--schema"],
    ):
        result = tcm_without_torch(*command)
        assert result.returncode == 0, result.stderr
    outputs = np.load(tmp_path / "outputs.npz")
    expected = tcm.load(out).run_arrays([np.load(inputs)["x"]], raw=True, on="reference")
    assert outputs[outputs.files[0]].tobytes() == expected[0].tobytes()


def test_what_needs_torch_says_how_to_install_it(path: Path, tmp_path: Path) -> None:
    factory = tmp_path / "network.py"
    factory.write_text("import torch\ndef build():\n    return torch.nn.ReLU(), (torch.ones(4),)\n")
    (tmp_path / "network.pt2").write_bytes(b"")
    out = tcm.compile(path, target="host").save(tmp_path / "out")
    for command in (
        ["compile", f"{factory}:build", "-o", tmp_path / "new"],
        ["compile", tmp_path / "network.pt2", "-o", tmp_path / "new"],
        ["verify", out],
        ["ops"],
    ):
        result = tcm_without_torch(*command)
        assert result.returncode == 2
        assert 'pip install "torch-cortex-m[torch]"' in result.stderr
    assert not (tmp_path / "new").exists()


def test_inputs_and_outputs_have_the_files_layout() -> None:
    """However many transposes stand beside them, firmware gives the bytes that it gave before."""
    model = single(
        "t", "TRANSPOSE", (1, 3, 8, 8), (1, 8, 8, 3), x=X, y=X, constants=[integers(0, 2, 3, 1)]
    )
    graph = run_passes(import_content(model.content))
    assert [port.permutation for port in (*graph.inputs, *graph.outputs)] == [None, None]
    assert isinstance(graph.nodes[0].op, Transpose)


def test_quantization_of_the_ports() -> None:
    graph = run_passes(import_content(edges("a", "uint8", (0.25, 130), (0.5, 3)).content))
    given, result = graph.inputs[0].value, graph.outputs[0].value
    assert graph.types[given].quantization == Quantization(0.25, 130)
    assert graph.types[result].quantization == Quantization(0.5, 3)
    assert {graph.types[given].dtype, graph.types[result].dtype} == {"uint8"}


def test_float_edges_are_kept_or_stripped(tmp_path: Path) -> None:
    file = tmp_path / "float.tflite"
    model = edges("float", "float32", X, Y)
    file.write_bytes(model.content)
    samples = model.samples(3)
    expected = [outputs[0] for outputs in litert(model.content, samples)]
    for float_io in (False, True):
        compiled = tcm.compile(file, float_io=float_io)
        given = "const float *" if float_io else "const int8_t *"
        assert given in compiled.generated.program.files["model.h"]
        for sample, output in zip(samples, expected, strict=True):
            assert compiled.run_arrays(sample)[0].tobytes() == output.tobytes()


def test_an_int8_model_with_float_in_and_out(path: Path, tmp_path: Path) -> None:
    floats = tcm.compile(path, float_io=True)
    integers_only = tcm.compile(path)
    assert "const float *" in floats.generated.program.files["model.h"]
    data = [np.random.default_rng(0).normal(size=(1, 8, 8, 2)).astype(np.float32) * 3]
    assert floats.run_arrays(data)[0].tobytes() == integers_only.run_arrays(data)[0].tobytes()


def test_ties_round_as_tensorflow_lite_rounds_them() -> None:
    """Inputs halfway between two quantized values, and right beside."""
    model = edges("float", "float32", X, Y)
    graph = import_content(model.content)
    assert any(isinstance(node.op, Quantize) and node.op.ties_away for node in graph.nodes)
    halves = ((np.arange(100) - 50.5) * np.float32(0.07)).astype(np.float32)
    for towards in (None, -np.inf, np.inf):
        values = halves if towards is None else np.nextafter(halves, np.float32(towards))
        sample = [values.reshape(2, 50)]
        ((expected,),) = litert(model.content, [sample])
        (output,) = run_reference(graph, sample)
        assert output.tobytes() == expected.tobytes()


def test_a_batch_that_is_left_open_becomes_one() -> None:
    writer = ModelWriter()
    x = activation(writer, "x", (-1, 8), X, signature=(-1, 8))
    y = activation(writer, "y", (-1, 8), X, signature=(-1, 8))
    writer.operator("RELU", [x], y)
    graph = import_content(writer.write([x], [y]))
    assert graph.inputs[0].shape == (1, 8)


def test_what_only_computes_a_shape_is_left_out() -> None:
    """Converters compute the shape for a RESHAPE of an open batch: SHAPE, STRIDED_SLICE, PACK."""
    writer = ModelWriter()
    x = activation(writer, "x", (1, 4, 2), X, signature=(-1, 4, 2))
    sizes = writer.tensor("sizes", (3,), "int32")
    batch = writer.tensor("batch", (), "int32")
    wanted = writer.tensor("wanted", (2,), "int32")
    eight = writer.constant("eight", np.array(8, np.int32))
    y = activation(writer, "y", (1, 8), X, signature=(-1, 8))
    writer.operator("SHAPE", [x], sizes)
    writer.operator("STRIDED_SLICE", [sizes, eight, eight, eight], batch)
    writer.operator("PACK", [batch, eight], wanted)
    writer.operator("RESHAPE", [x, wanted], y)
    graph = import_content(writer.write([x], [y]))
    assert [node.op.name for node in graph.nodes] == ["reshape"]
    assert graph.types[graph.outputs[0].value].shape == (1, 8)


def test_hostile_names_stay_out_of_the_c(tmp_path: Path) -> None:
    writer = ModelWriter()
    names = ["*/ int spoiled; /*", "\n#error spoiled\n", "a" * 5000, "\x00\xff é"]
    values = [activation(writer, name, (1, 4, 4, 2), X) for name in names]
    for index, source in enumerate(values[:-1]):
        writer.operator(
            "MAX_POOL_2D", [source], values[index + 1], "Pool2DOptions", Padding=VALID,
            StrideH=1, StrideW=1, FilterHeight=1, FilterWidth=1,
        )  # fmt: skip
    file = tmp_path / "hostile.tflite"
    file.write_bytes(writer.write(values[:1], values[-1:]))
    compiled = tcm.compile(file)
    text = "".join(compiled.generated.program.files.values())
    assert "int spoiled;" not in text
    assert "\n#error spoiled" not in text
    assert max(map(len, text.splitlines())) < 1000
    assert compiled.verify(on=("host",), random=1) == 1


def unusual_ports(kind: str) -> bytes:
    writer = ModelWriter()
    x, y = activation(writer, "x", (1, 8), X), activation(writer, "y", (1, 8), X)
    flat = activation(writer, "flat", (8,), X)
    scalar = activation(writer, "scalar", (), X)
    scalar_result = activation(writer, "scalar_result", (), X)
    data = np.arange(8, dtype=np.int8).reshape(1, 8)
    constant = activation(writer, "constant", (1, 8), X, data=data)
    writer.operator("RELU", [x], y)
    writer.operator("SQUEEZE", [constant if kind in ("constant", "no input") else x], flat)
    writer.operator("RELU", [scalar], scalar_result)
    inputs, outputs = {
        "input is output": ([x], [x]),
        "output twice": ([x], [y, y]),
        "unused input": ([x, scalar], [y]),
        "input and its view": ([x], [flat, x]),
        "constant": ([x], [flat]),
        "no input": ([], [flat]),
        "scalar": ([scalar], [scalar_result]),
    }[kind]
    return writer.write(inputs, outputs)


@pytest.mark.parametrize("float_io", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        "input is output",
        "output twice",
        "unused input",
        "input and its view",
        "constant",
        "no input",
        "scalar",
    ],
)
def test_unusual_inputs_and_outputs(kind: str, float_io: bool, tmp_path: Path) -> None:
    file = tmp_path / "unusual.tflite"
    file.write_bytes(unusual_ports(kind))
    assert tcm.compile(file, float_io=float_io).verify(on=("host",), random=1) == 1


def test_calibration_data_are_refused(tmp_path: Path) -> None:
    """They were ignored; a file brings its quantization."""
    file = tmp_path / "network.tflite"
    file.write_bytes(network().content)
    with pytest.raises(TcmError) as caught:
        tcm.compile(file, calibration=[(np.zeros((1, 8, 8, 2), np.float32),)])
    assert caught.value.what == "a .tflite file cannot be calibrated"
    assert "representative dataset" in str(caught.value.hint)


def test_nobody_knows_what_quantization_cost(path: Path) -> None:
    report = tcm.compile(path, target="host").report
    assert (report.losses, report.sqnr) == ({}, None)
    document = report.document(curves=False)
    assert document["loss"] is None
    assert "was quantized before it was compiled" in page(document)
