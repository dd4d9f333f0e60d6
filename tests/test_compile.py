"""tcm.compile, run, verify, profile, save and load: what a user does from Python."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import needs_emulator
from emitted_graphs import small_graph
from models.small_networks import separable, two_in_two_out, with_dead_channels

import torch_cortex_m as tcm
from torch_cortex_m.generate import generate
from torch_cortex_m.model import storage
from torch_cortex_m.target import HOST, find_part, find_target
from torch_cortex_m.tune import tune_graph


@pytest.fixture(scope="module")
def compiled() -> tcm.CompiledModel:
    model, inputs, calibration = separable()
    return tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.cat([sample[0] for sample in separable()[2]])


def test_close_to_float(compiled: tcm.CompiledModel, images: torch.Tensor) -> None:
    model = separable()[0]
    with torch.no_grad():
        expected = model(images)
    got = compiled.run(images)
    assert got.shape == expected.shape
    assert got.dtype == torch.float32
    assert (got - expected).abs().max() < 0.05


def test_reference_and_host_are_equal(compiled: tcm.CompiledModel, images: torch.Tensor) -> None:
    host = compiled.run(images)
    assert torch.equal(host, compiled.run(images, on="reference"))


@needs_emulator
@pytest.mark.parametrize("target", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_emulated_cores_are_equal(target: str, images: torch.Tensor) -> None:
    model, inputs, calibration = separable()
    compiled = tcm.compile(model, inputs, target=target, calibration=calibration)
    assert torch.equal(compiled.run(images, on="emulator"), compiled.run(images))
    assert compiled.verify(images, random=1, layers=True) == len(images) + 1


def test_raw_is_int8_in_the_models_layout(compiled: tcm.CompiledModel) -> None:
    raw = torch.randint(-128, 128, (1, 3, 12, 10), dtype=torch.int8)
    result = compiled.run(raw, raw=True)
    assert result.dtype == torch.int8
    assert torch.equal(result, compiled.run(raw, raw=True, on="reference"))
    type_ = compiled.graph.types[compiled.graph.inputs[0].value]
    assert type_.quantization is not None
    real = (raw.float() - type_.quantization.zero_point) * type_.quantization.scale
    real_result = compiled.run(real)
    output = compiled.graph.types[compiled.graph.outputs[0].value].quantization
    assert output is not None
    assert torch.equal(real_result, (result.float() - output.zero_point) * output.scale)


def test_memory_formats_make_no_difference(images: torch.Tensor) -> None:
    model, inputs, calibration = separable()
    models = []
    for channels_last in (False, True):
        form = torch.channels_last if channels_last else torch.contiguous_format
        net = model.to(memory_format=form)  # type: ignore[call-overload]
        example = tuple(x.contiguous(memory_format=form) for x in inputs)
        data = [tuple(x.contiguous(memory_format=form) for x in s) for s in calibration]
        models.append(tcm.compile(net, example, target="cortex-m4", calibration=data))
    plain, last = models
    assert plain.generated.program.files == last.generated.program.files
    assert torch.equal(
        plain.run(images), last.run(images.contiguous(memory_format=torch.channels_last))
    )


def test_several_inputs_and_outputs() -> None:
    model, inputs, calibration = two_in_two_out()
    compiled = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)
    outputs = compiled.run(*inputs)
    expected = model(*inputs)
    assert isinstance(outputs, tuple)
    for got, want, reference in zip(
        outputs, expected, compiled.run(*inputs, on="reference"), strict=True
    ):
        assert got.shape == want.shape
        assert torch.equal(got, reference)
        assert (got - want).abs().max() < 0.1


def test_compiling_twice_gives_the_same_bytes(compiled: tcm.CompiledModel) -> None:
    model, inputs, calibration = separable()
    again = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)
    assert again.generated.program.files == compiled.generated.program.files


def test_the_callers_model_is_left_alone() -> None:
    model, inputs, calibration = separable()
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    tcm.compile(model, inputs, calibration=calibration)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@needs_emulator
def test_profile_measures_layers_and_total(compiled: tcm.CompiledModel) -> None:
    report = compiled.profile()
    assert [layer.instructions is not None for layer in report.layers] == [True] * len(
        report.layers
    )
    total = sum(layer.instructions or 0 for layer in report.layers)
    assert report.instructions is not None
    assert abs(total - report.instructions) < 20 * len(report.layers)
    assert report.flash_bytes is not None
    assert report.flash_bytes > report.constant_bytes
    assert report.ram_bytes == report.arena_bytes + (report.stack_bytes or 0)
    assert 0 < (report.stack_bytes or 0) < 4096
    assert compiled.profile() == report
    lines = str(report).splitlines()
    assert lines[0].startswith(f"cortex-m4: arena {report.arena_bytes:,} B, constants ")
    assert f"{report.instructions:,} instructions" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == [layer.name for layer in report.layers]


def test_save_and_load(compiled: tcm.CompiledModel, images: torch.Tensor, tmp_path: Path) -> None:
    folder = compiled.save(tmp_path / "deep" / "out")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    loaded = tcm.load(folder)
    assert torch.equal(loaded.run(images), compiled.run(images))
    assert loaded.generated.program.files == compiled.generated.program.files
    loaded.save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_saving_again_keeps_what_is_not_ours(
    compiled: tcm.CompiledModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also into the current folder, through a link, and when it fails half-way."""
    folder = compiled.save(tmp_path / "out")
    (folder / "main.c").write_text("mine")
    (tmp_path / "link").symlink_to(folder)
    portable = tcm.CompiledModel(generate(compiled.graph, HOST))
    assert any(path.name.endswith("_dsp.h") for path in folder.iterdir())
    portable.save(tmp_path / "link")
    assert (folder / "main.c").read_text() == "mine"
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    own = {"plan.json", "constants.npz", "tcm-manifest.json"}
    assert set(files) == {*portable.generated.program.files, *own, "main.c"}
    monkeypatch.chdir(folder)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "npz_bytes", _disk_full)
        with pytest.raises(tcm.TcmError, match="cannot write"):
            compiled.save(".")
        with pytest.raises(tcm.TcmError, match="cannot write"):
            compiled.save(tmp_path / "new")
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == files
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "out"]
    compiled.save(".")
    assert tcm.load(".").generated.program.files == compiled.generated.program.files


def _disk_full(*arguments: object, **named: object) -> None:
    raise OSError(28, "No space left on device")


def test_run_needs_no_torch(compiled: tcm.CompiledModel, tmp_path: Path) -> None:
    folder = compiled.save(tmp_path / "out")
    np.savez(tmp_path / "x.npz", image=np.zeros((2, 3, 12, 10), np.float32))
    program = f"""
        import sys
        sys.modules["torch"] = None
        sys.argv = ["tcm", "run", {str(folder)!r}, "--inputs", {str(tmp_path / "x.npz")!r},
                    "-o", {str(tmp_path / "y.npz")!r}]
        from torch_cortex_m.cli import main
        main()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)
    with np.load(tmp_path / "y.npz") as result:
        (output,) = (result[name] for name in result.files)
    assert output.shape == (2, 4)


def test_the_report_says_what_folding_removed(compiled: tcm.CompiledModel, tmp_path: Path) -> None:
    model, inputs, calibration = with_dead_channels()
    folded = tcm.compile(model, inputs, calibration=calibration)
    folding = folded.report.folding
    assert folding is not None
    assert (folding.channels_before, folding.channels_after) == (8 + 4, 6 + 4)
    assert (folding.macs_before, folding.macs_after) == (25 * (24 + 32), 25 * (18 + 24))
    assert folding.macs_after == folded.report.macs
    assert f"constant channels folded: {folding}" in str(folded.report)
    assert str(folding) == "12 -> 10 channels, 1,400 -> 1,050 MACs"
    assert tcm.load(folded.save(tmp_path / "out")).report == folded.report
    assert compiled.report.folding is None


def test_float_in_and_out() -> None:
    model, inputs, calibration = separable()
    compiled = tcm.compile(model, inputs, calibration=calibration, float_io=True)
    assert "const float *" in compiled.generated.program.files["model.h"]
    stripped = tcm.compile(model, inputs, calibration=calibration)
    assert torch.equal(compiled.run(*inputs), stripped.run(*inputs))
    assert compiled.verify(*inputs, on=("host",)) == 3


def test_a_folder_built_alone_with_cmake(compiled: tcm.CompiledModel, tmp_path: Path) -> None:
    import shutil

    if shutil.which("cmake") is None or shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("cmake or arm-none-eabi-gcc is not installed")
    folder = compiled.save(tmp_path / "out")
    flags = "-DCMAKE_C_FLAGS=-mcpu=cortex-m4 -mthumb -Wall -Wextra -Werror"
    system = ["-DCMAKE_SYSTEM_NAME=Generic", "-DCMAKE_C_COMPILER=arm-none-eabi-gcc"]
    configure = ["cmake", "-S", str(folder), "-B", str(tmp_path / "b"), *system, flags]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", str(tmp_path / "b")], check=True, capture_output=True)
    assert (tmp_path / "b" / "libmodel.a").exists()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([torch.zeros(1, 3, 12, 11)], "an input does not have the shape"),
        ([torch.zeros(1, 3, 12, 10, dtype=torch.float64)], "wrong dtype"),
        ([torch.zeros(1, 3, 12, 10, dtype=torch.int8)], "wrong dtype"),
        ([torch.zeros(0, 3, 12, 10)], "an input does not have the shape"),
        ([torch.zeros(1, 3, 12, 10, dtype=torch.bfloat16)], "cannot be read as an array"),
        ([torch.zeros(1, 3, 12, 10, device="meta")], "cannot be read as an array"),
        ([[torch.zeros(1, 3, 12, 10)]], "a list of Tensor"),
        ([[(torch.zeros(1, 3, 12, 10),)]], r"a list of tuple[\s\S]*zip\(\*samples\)"),
        ([torch.full((1, 3, 12, 10), torch.nan)], "not a number"),
        ([], "wrong number of inputs"),
        ([torch.zeros(1, 3, 12, 10)] * 2, "wrong number of inputs"),
    ],
)
def test_wrong_inputs_are_named(
    compiled: tcm.CompiledModel, inputs: list[torch.Tensor], message: str
) -> None:
    with pytest.raises(tcm.TcmError, match=message):
        compiled.run(*inputs)


def test_bytes_are_for_models_of_bytes(compiled: tcm.CompiledModel) -> None:
    with pytest.raises(tcm.TcmError, match="wrong dtype") as caught:
        compiled.run(torch.zeros(1, 3, 12, 10, dtype=torch.uint8), on="reference")
    assert "takes bytes where its example input is uint8" in str(caught.value.hint)


def test_arguments_of_the_wrong_type() -> None:
    model, inputs, _ = separable()
    for budget in ("flash", "ram"):
        for wrong in ("64k", 6.5e4, True, [1], -4):
            with pytest.raises(tcm.TcmError, match=f"(?s)number of bytes.*{budget}"):
                tcm.compile(model, inputs, **{budget: wrong})  # type: ignore[arg-type]
    with pytest.raises(tcm.TcmError, match="prefix of C files"):
        tcm.compile(model, inputs, name=5)  # type: ignore[arg-type]
    with pytest.raises(tcm.TcmError, match=r"(?s)a target has a name.*cortex-m4.*got: 4"):
        tcm.compile(model, inputs, target=4)  # type: ignore[arg-type]
    with pytest.raises(tcm.TcmError, match="a place is not understood"):
        tcm.compile(model, inputs, place=4)  # type: ignore[arg-type]
    with pytest.raises(tcm.TcmError, match="a stream needs an input and a hop"):
        tcm.compile(model, inputs, stream=4, hop=2)  # type: ignore[arg-type]


def test_unknown_places_and_targets(compiled: tcm.CompiledModel) -> None:
    model, inputs, _ = separable()
    with pytest.raises(tcm.TcmError, match="unknown place"):
        compiled.run(*inputs, on="moon")
    with pytest.raises(tcm.TcmError, match="unknown place"):
        compiled.verify(on=4)  # type: ignore[arg-type]
    with pytest.raises(tcm.TcmError, match=r"did you mean cortex-m4\?"):
        tcm.compile(model, inputs, target="cortexm4")
    with pytest.raises(tcm.TcmError, match=r"did you mean cortex-m55\?"):
        tcm.compile(model, inputs, target="cortex-m5")
    assert find_target("Cortex-M4") is find_target("cortex-m4")
    assert find_part("STM32F411") is find_part("stm32f411")
    with pytest.raises(tcm.TcmError, match="unknown kernels"):
        tcm.compile(model, inputs, kernels="theirs")
    with pytest.raises(tcm.TcmError, match="need a library"):
        tcm.compile(model, inputs, kernels="cmsis-nn")


@needs_emulator
def test_a_difference_is_named_by_its_first_layer() -> None:
    """C that computes something else is found, and the message says where it begins."""
    model, inputs, calibration = separable()
    compiled = tcm.compile(model, inputs, target="cortex-m4", calibration=calibration)
    program = compiled.generated.program
    text = program.files["weights.c"]
    zeros = re.sub(r"(?<=\{\n)[^}]*", "0", text, count=1)
    assert zeros != text
    files = {**program.files, "weights.c": zeros}
    bad = dataclasses.replace(compiled.generated, program=dataclasses.replace(program, files=files))
    with pytest.raises(tcm.TcmError, match="emulator differs") as caught:
        tcm.CompiledModel(bad).verify(on=("emulator",), layers=True)
    assert "'stem.0'" in str(caught.value)


def test_an_input_that_is_never_read_says_so() -> None:
    class Network(torch.nn.Module):
        def forward(self, x: torch.Tensor, spare: torch.Tensor) -> torch.Tensor:
            return x + x

    example = (torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0]]))
    header = tcm.compile(Network(), example, calibration=[example]).generated.program.files[
        "model.h"
    ]
    lines = [line for line in header.splitlines() if line.startswith("/* input ")]
    assert "never reads it" not in lines[0]
    assert lines[1].endswith("float32[1, 1], as in the model; the model never reads it */")


def test_inputs_keep_the_users_names() -> None:
    """Also where the name is one that torch.export avoids."""

    class Network(torch.nn.Module):
        def forward(self, input: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
            return input + data

    example = (torch.ones(1, 4), torch.ones(1, 4))
    compiled = tcm.compile(Network(), example, calibration=[example])
    assert [port.value for port in compiled.graph.inputs] == ["input", "data"]
    assert "MODEL_INPUT_DATA_SCALE" in compiled.generated.program.files["model.h"]


def test_bytes_of_images_are_explained_in_the_header() -> None:
    class Camera(torch.nn.Module):
        def forward(self, image: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
            return image.float() / 255 + real

    example = (torch.tensor([[0, 255]], dtype=torch.uint8), torch.tensor([[1.0, 2.0]]))
    compiled = tcm.compile(Camera(), example, calibration=[example])
    header = compiled.generated.program.files["model.h"]
    assert header.count("byte - 128") == 1
    assert header.index("byte - 128") < header.index("MODEL_INPUT_IMAGE_SCALE")


def test_indices_are_int32_in_c_and_int64_for_pytorch() -> None:
    """Those of sort and topk as well as those of argmax, and inputs that come back."""

    class Network(torch.nn.Module):
        def forward(self, x: torch.Tensor, i: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return x.argmax(1), x.topk(2)[1], x.argmin(), i, x.argmax(1).to(torch.int32)

    example = (torch.tensor([[1.0, 2.0, 0.5]]), torch.tensor([3, 4]))
    compiled = tcm.compile(Network(), example, target="host", calibration=[example])
    header = compiled.generated.program.files["model.h"]
    assert "int64" not in header
    assert header.count("int32_t *") >= 5
    results = compiled.run(*example)
    for result, expected in zip(results, Network()(*example), strict=True):
        assert result.dtype == expected.dtype
        assert torch.equal(result, expected)
    assert {result.dtype for result in compiled.run(*example, on="reference")} == {
        torch.int64,
        torch.int32,
    }


def test_keys_that_are_numbers_name_results() -> None:
    class Network(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[int, torch.Tensor]:
            return {3: x * 2, 5: x.mean(1)}

    example = (torch.tensor([[1.0, 2.0, 0.5]]),)
    compiled = tcm.compile(Network(), example, target="host", calibration=[example])
    assert [port.value for port in compiled.graph.outputs] == ["3", "5"]
    assert "MODEL_OUTPUT_V3_BYTES" in compiled.generated.program.files["model.h"]


@pytest.mark.parametrize("wrong", [3.0, b"out", "", "a\0b"])
def test_what_is_no_path_is_one_error(wrong: Any, tmp_path: Path) -> None:
    """Whatever takes one, before anything is done with the model."""
    model = tcm.CompiledModel(generate(small_graph(), find_target("cortex-m4")))
    library = {"kernels": "any", "cmsis_nn_include": tmp_path, "cmsis_nn_library": tmp_path}
    calls: dict[str, Callable[[], object]] = {
        "folder": lambda: tcm.load(wrong),
        "folder ": lambda: model.save(wrong),
        "path": lambda: model.report.save(wrong),
        "path ": lambda: tune_graph(model.graph, model.target, wrong),
        "dump_ir": lambda: tcm.compile("none.tflite", dump_ir=wrong),
        "tuning": lambda: tcm.compile("none.tflite", tuning=wrong),
    }
    for name in ("cmsis_nn_include", "cmsis_nn_library"):
        options: Any = library | {name: wrong}
        calls[name] = partial(tcm.compile, "none.tflite", **options)
    if isinstance(wrong, str):
        calls["model"] = lambda: tcm.compile(wrong)
    for name, call in calls.items():
        with pytest.raises(tcm.TcmError, match="this is not a path") as caught:
            call()
        error = caught.value
        assert error.where == name.strip()
        assert error.hint
        assert "as a str or a pathlib.Path" in str(error.expected)
        if not isinstance(wrong, str):
            assert str(error.got) == f"{type(wrong).__name__}: {wrong!r}"
