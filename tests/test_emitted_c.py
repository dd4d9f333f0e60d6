"""The emitted C compiles without a warning, by every compiler, as C and as C++."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from emitted_graphs import small_graph
from strict_compilers import FRONT_END, OPTIMIZING, compile_strictly, compile_together

from torch_cortex_m import ops
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.target import CORES, HOST

COMPILERS = {
    "gcc": ["gcc"],
    "clang": ["clang"],
    "gcc for cortex-m0": ["arm-none-eabi-gcc", *CORES["cortex-m0"].flags],
    "gcc for cortex-m4": ["arm-none-eabi-gcc", *CORES["cortex-m4"].flags],
    "gcc for cortex-m55": ["arm-none-eabi-gcc", *CORES["cortex-m55"].flags],
}
OPTIMIZED = ("gcc", "gcc for cortex-m4")
"""What GCC finds as it optimizes does not depend on the core; these differ in the types of C."""
SAMPLE_OF_CASES = 6


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
    how = OPTIMIZING if compiler in OPTIMIZED else FRONT_END
    compile_together(programs, tmp_path, command, how=how)


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


def test_no_warning_of_padding_on_the_right_alone(tmp_path: Path) -> None:
    """GCC 12 took a loop that fills it for one that leaves its array."""
    graph = case_graph(conv2d("", (1, 8, 8, 16), 8, stride=(2, 2), padding=(0, 0, 1, 1)))
    forced = {"output": "conv2d_s8__place_pairs_dsp"}
    program = generate(graph, CORES["cortex-m4"], forced=forced).program
    compile_strictly(dict(program.files), tmp_path, COMPILERS["gcc for cortex-m4"])


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_several_inputs_outputs_and_odd_names(compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    program = generate(small_graph(), HOST).program
    compile_strictly(dict(program.files), tmp_path, [compiler])
    assert "MODEL_INPUT_IMAGE_INT_SCALE 0.5f" in program.files["model.h"]
    assert '"NHWC"' in program.files["model.h"]
    assert "memcpy" in program.files["model.c"]


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


def test_equal_bytes_of_different_types_are_arrays_of_their_own(tmp_path: Path) -> None:
    """A weight and a bias of 16 zero bytes, and twice the same bias."""
    graph, q = Graph("model"), Quantization(0.5, 0)
    value = graph.add_input("x", TensorType((1, 4), "int8", q))
    data = {
        "weight": np.zeros((4, 4), np.int8),
        "bias": np.zeros(4, np.int32),
        "multipliers": np.full(4, 1 << 30, np.int32),
        "shifts": np.zeros(4, np.int32),
    }
    constants = [graph.add_constant(name, array) for name, array in data.items()]
    value = graph.add_node(Linear(), (value, *constants), "linear", quantization=q)
    graph.outputs.append(Port(value, (1, 4)))
    program = generate(graph, HOST, forced={"linear": "linear_s8__ref"}).program
    assert program.constant_bytes == 16 + 16 + 16, "bias and shifts are one array"
    compile_strictly(dict(program.files), tmp_path, ["gcc"], how=FRONT_END)
