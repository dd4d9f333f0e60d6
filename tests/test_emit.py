"""The emitted C: clean under strict compilers, deterministic, with the user's names."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from torch_cortex_m import TcmError, ops
from torch_cortex_m.build.image import write_sources
from torch_cortex_m.emit.arrays import array_values
from torch_cortex_m.emit.names import check_prefix, identifier, unique_identifiers
from torch_cortex_m.generate import generate, generate_all
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.target import CORES, HOST, Target

STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wconversion", "-O2"]
COMPILERS = {
    "gcc": ["gcc"],
    "clang": ["clang"],
    "gcc for cortex-m0": ["arm-none-eabi-gcc", *CORES["cortex-m0"].flags],
    "gcc for cortex-m4": ["arm-none-eabi-gcc", *CORES["cortex-m4"].flags],
    "gcc for cortex-m55": ["arm-none-eabi-gcc", *CORES["cortex-m55"].flags],
}
CORE_COMPILERS = {
    "gcc": ["arm-none-eabi-gcc"],
    "clang": ["clang", "--target=arm-none-eabi", "-isystem/usr/lib/arm-none-eabi/include"],
}
SAMPLE_OF_CASES = 6


def compile_strictly(
    files: dict[str, str], folder: Path, compiler: list[str], what: str = ""
) -> None:
    """what: stands before the compiler's messages."""
    for name, text in files.items():
        (folder / name).write_text(text)
    for source in sorted(name for name in files if name.endswith(".c")):
        compile_source(folder / source, compiler, what)


def compile_together(
    programs: Sequence[Program], folder: Path, compiler: list[str], what: str = ""
) -> None:
    """``compile_strictly`` for many programs in few sources: starting a compiler costs more than
    compiling a small layer."""
    for source in write_sources(programs, folder, separate=False, guarded=False):
        compile_source(source, compiler, what)


def compile_source(source: Path, compiler: list[str], what: str) -> None:
    command = [*compiler, *STRICT, "-c", source.name, "-o", f"{source.name}.o"]
    result = subprocess.run(command, cwd=source.parent, capture_output=True, text=True, check=False)
    assert result.returncode == 0, what + result.stderr


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_the_c_is_clean(operator: str, compiler: str, tmp_path: Path) -> None:
    command = COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    cases = ops.cases(operator)
    step = max(1, len(cases) // SAMPLE_OF_CASES)
    programs = [
        generate(case_graph(case), HOST, prefix=f"case_{index}").program
        for index, case in enumerate(cases[::step])
    ]
    compile_together(programs, tmp_path, command)


WRONG_COMPILERS = {
    "cortex-m4": [["gcc"], ["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m3"]],
    "cortex-m55": [
        ["gcc"],
        ["clang"],
        ["arm-none-eabi-gcc", *CORES["cortex-m4"].flags],
        ["arm-none-eabi-gcc", "-mthumb", "-mcpu=cortex-m55", "-mfloat-abi=soft"],
    ],
}


@pytest.mark.parametrize("target", WRONG_COMPILERS)
def test_another_machines_compiler_gets_one_clear_error(target: str, tmp_path: Path) -> None:
    graph = case_graph(next(iter(ops.cases("conv2d"))))
    files = generate(graph, CORES[target]).program.files
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    for command in WRONG_COMPILERS[target]:
        if shutil.which(command[0]) is None:
            continue
        line = [*command, "-std=c11", "-c", "model.c", "-o", "model.o"]
        result = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode != 0
        assert result.stderr.count("error: ") == 1
        assert f"generated for {target}: compile with -mcpu={target}" in result.stderr
        assert ("-mfloat-abi=hard;" in result.stderr) == (target == "cortex-m55")
        assert "--target host" in result.stderr


def small_graph() -> Graph:
    """Two inputs and outputs, a view, an input that is an output, names that C does not allow."""
    graph = Graph("model")
    q = Quantization(0.5, 3)
    a = graph.add_input(
        "image/int", TensorType((1, 4, 4, 2), "int8", q), (1, 2, 4, 4), (0, 2, 3, 1)
    )
    b = graph.add_input("2nd input", TensorType((1, 3), "int8", q))
    weight = graph.add_constant("block.0.weight", np.arange(18, dtype=np.int8).reshape(1, 3, 3, 2))
    m = graph.add_constant("block.0.multipliers", np.full(2, 1 << 30, np.int32))
    s = graph.add_constant("block.0.shifts", np.full(2, -4, np.int32))
    op = DepthwiseConv2d(padding=(1, 1, 1, 1), input_offset=-3, output_offset=3)
    c = graph.add_node(op, (a, weight, None, m, s), "block.0", quantization=q, source="m.py:3")
    d = graph.add_node(op, (c, weight, None, m, s), "block.1", quantization=q)
    last = graph.add_node(op, (d, weight, None, m, s), "block.2", quantization=q)
    e = graph.add_node(Reshape((1, 32)), (last,), "flat", quantization=q)
    graph.outputs = [Port(e, (1, 32)), Port(c, (1, 2, 4, 4), (0, 2, 3, 1)), Port(b, (1, 3))]
    graph.outputs.append(Port(e, (1, 32)))
    graph.add_input("unused */ one", TensorType((1, 2), "int8", q))
    return graph


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_several_inputs_outputs_and_odd_names(compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    program = generate(small_graph(), HOST).program
    compile_strictly(dict(program.files), tmp_path, [compiler])
    assert "MODEL_INPUT_IMAGE_INT_SCALE 0.5f" in program.files["model.h"]
    assert '"NHWC"' in program.files["model.h"]
    assert "memcpy" in program.files["model.c"]


def test_layers_of_equal_shape_share_their_code() -> None:
    source = generate(small_graph(), HOST).program.files["model.c"]
    assert source.count("static TCM_NOINLINE") == 1
    assert source.count("model_run_block_0(") == 4


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert (
        generate(small_graph(), HOST).program.files == generate(small_graph(), HOST).program.files
    )


def test_a_permuted_layout_says_in_which_direction() -> None:
    graph = Graph("model")
    shape = TensorType((5, 4, 3, 2, 1), "int8", Quantization(1.0, 0))
    value = graph.add_input("x", shape, (1, 2, 3, 4, 5), (4, 3, 2, 1, 0))
    graph.outputs.append(Port(value, (1, 2, 3, 4, 5), (4, 3, 2, 1, 0)))
    header = generate(graph, HOST).program.files["model.h"]
    assert '"axis i here is axis p[i] of the model, p = [4, 3, 2, 1, 0]"' in header


WORDS = (
    "new this template class private operator and not co_await typeof asm linux static_assert "
    "int8_t uint8_t int32_t uint32_t uint_fast8_t size_t NULL bool true false INT8_MAX INT32_MIN"
)


@pytest.mark.parametrize("command", ["gcc -std=gnu11", "clang -std=gnu2x", "g++ -std=gnu++20"])
def test_inputs_and_outputs_named_as_words_of_the_language(command: str, tmp_path: Path) -> None:
    compiler, standard = command.split()
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    graph = Graph("model")
    for word in WORDS.split():
        value = graph.add_input(word, TensorType((1, 2), "int8", Quantization(1.0, 0)))
        graph.outputs.append(Port(value, (1, 2)))
    files = dict(generate(graph, HOST).program.files)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    sources = ["model.h", "model.c"] if compiler != "g++" else ["model.h"]
    result = subprocess.run(
        [compiler, standard, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *sources],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_header_is_cpp_too(compiler: str, tmp_path: Path) -> None:
    """With scales that are exactly the float32 ones."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    scales = np.random.default_rng(0).uniform(-30, 5, 50)
    scales = [1.0, 2.0**-40, 1e10, *np.exp(scales).tolist()]
    graph = Graph("model")
    for index, scale in enumerate(scales):
        quantization = Quantization(float(np.float32(scale)), 0)
        graph.add_input(f"x{index}", TensorType((1,), "int8", quantization))
    graph.outputs.append(Port("x0", (1,)))
    (tmp_path / "model.h").write_text(generate(graph, HOST).program.files["model.h"])
    checks = [
        f'static_assert(MODEL_INPUT_X{index}_SCALE == {float(np.float32(scale))!r}, "");'
        for index, scale in enumerate(scales)
    ]
    (tmp_path / "check.cc").write_text("\n".join(['#include "model.h"', *checks, ""]))
    command = [compiler, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
    result = subprocess.run(
        [*command, "check.cc"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_golden(update_golden: bool) -> None:
    """The C of a small graph, kept for review: pytest --update-golden rewrites it."""
    folder = Path(__file__).parent / "golden" / "small_graph"
    files = generate(small_graph(), HOST).program.files
    for name in ("model.h", "model.c", "weights.h", "weights.c", "CMakeLists.txt"):
        path = folder / name
        if update_golden:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name])
        assert path.read_text() == files[name], f"{path} differs; --update-golden rewrites it"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("features.0.weight", "features_0_weight"), ("3x", "v3x"), ("int", "int_"), ("é/", "value")],
)
def test_identifiers(name: str, expected: str) -> None:
    assert identifier(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("string", "Math", "stdio", "stddef", "arm_nnfunctions"),
        *("tcm_dsp", "TCM_x", "linear_s8__matrix_dsp", "weights"),
        *("1st", "a-b", "", 5, None),
    ],
)
def test_names_that_files_cannot_have(name: str) -> None:
    with pytest.raises(TcmError, match="prefix of C files"):
        check_prefix(name)


def test_names_that_files_can_have() -> None:
    for name in ("model", "tcm2", "my_string", "timer", "arm_pose"):
        check_prefix(name)


def test_identifiers_differ_also_in_capitals() -> None:
    names = unique_identifiers(["a.b", "a_b", "A_B", "c"], taken=["C"])
    assert len({name.upper() for name in names.values()} | {"C"}) == 5


def test_the_arena_may_be_the_callers(tmp_path: Path) -> None:
    program = generate(small_graph(), HOST).program
    compile_strictly(dict(program.files), tmp_path, ["gcc", "-DMODEL_NO_STATIC_ARENA"])
    symbols = subprocess.run(
        ["nm", "model.c.o"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "model_run_in" in symbols
    assert "model_arena" not in symbols


def test_a_model_too_large_for_its_core_is_refused() -> None:
    tiny = dataclasses.replace(CORES["cortex-m0"], ram_bytes=31)
    with pytest.raises(TcmError, match="does not fit the RAM of cortex-m0"):
        generate(small_graph(), tiny)
    little_flash = Target("mine", flash_bytes=8)
    with pytest.raises(TcmError, match="does not fit the flash of mine"):
        generate(small_graph(), little_flash)


def test_missing_optional_tensors_are_null() -> None:
    case = ops.cases("depthwise_conv2d")[0]
    assert isinstance(case, Case)
    assert case.tensors["bias"] is None
    forced = {"output": "depthwise_conv2d_s8__ref"}
    assert "NULL" in generate(case_graph(case), HOST, forced=forced).program.files["model.c"]


def test_equal_bytes_of_two_types_are_two_arrays() -> None:
    graph, q = Graph("model"), Quantization(0.5, 0)
    x = graph.add_input("x", TensorType((1, 4), "int8", q))
    constants = (
        graph.add_constant("weight", np.zeros((2, 4), np.int8)),
        graph.add_constant("bias", np.zeros(2, np.int32)),
        graph.add_constant("multipliers", np.full(2, 1 << 30, np.int32)),
        graph.add_constant("shifts", np.full(2, -3, np.int32)),
    )
    y = graph.add_node(Linear(), (x, *constants), "y", quantization=q)
    graph.outputs.append(Port(y, (1, 2)))
    program = generate_all({"model": graph}, HOST, forced={"model": {y: "linear_s8__ref"}})[
        0
    ].program
    header = program.files["weights.h"]
    assert "extern const int8_t model_weight[8];" in header
    assert "extern const int32_t model_bias[2];" in header


def test_clang_without_optimization_gets_one_clear_error(tmp_path: Path) -> None:
    """Only for kernels whose assembly it cannot compile."""
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    for name in ("string.h", "stdint.h", "stddef.h", "arm_mve.h"):
        (tmp_path / name).write_text("")
    graph = case_graph(next(iter(ops.cases("conv2d"))))
    for target, levels in (("cortex-m55", {"-O0": 1, "-O1": 0}), ("cortex-m0", {"-O0": 0})):
        program = generate(graph, CORES[target]).program
        for name, text in program.files.items():
            (tmp_path / name).write_text(text)
        for level, errors in levels.items():
            line = ["clang", "--target=arm-none-eabi", *CORES[target].flags, "-nostdinc", "-I."]
            line += [level, "-E", "model.c", "-o", "model.i"]
            result = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
            assert result.stderr.count("error: ") == errors, result.stderr
            assert ("-O1 or higher" in result.stderr) == bool(errors)


def test_constants_of_bools_are_ones_and_zeros() -> None:
    assert array_values(np.array([True, False])).split() == ["1,", "0,"]
