"""Names of a model never meet those of the C: ours, the compiler's, the libraries', each other."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from cmsis_nn import bakenn_vendor
from hypothesis import given, settings
from hypothesis import strategies as st
from strict_compilers import FRONT_END, compile_strictly

import torch_cortex_m
from torch_cortex_m import TcmError
from torch_cortex_m.emit.names import identifier
from torch_cortex_m.emit.prefix import check_prefix
from torch_cortex_m.emit.shipped import shipped_names
from torch_cortex_m.generate.generate import generate
from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.target import CORES, HOST, Target

PACKAGE = Path(torch_cortex_m.__file__).parent
HEADERS = sorted(path for path in PACKAGE.rglob("*.h") if "plugin" not in path.parts)
QUANTIZATION = Quantization(0.5, 0)
ACTIVATION = TensorType((1, 4), "int8", QUANTIZATION)
COMPILERS = {
    "host": ["gcc"],
    "cortex-m4": ["arm-none-eabi-gcc", *CORES["cortex-m4"].flags],
    "cortex-m55": ["arm-none-eabi-gcc", *CORES["cortex-m55"].flags],
}


def target(name: str) -> Target:
    if shutil.which(COMPILERS[name][0]) is None:
        pytest.skip(f"{COMPILERS[name][0]} is not installed")
    return HOST if name == "host" else CORES[name]


def add_linear(graph: Graph, value: str, name: str, constants: Sequence[str]) -> str:
    """A linear layer whose weight, bias, multipliers and shifts are called so."""
    rng = np.random.default_rng(len(graph.nodes))
    data = [
        rng.integers(-127, 128, (4, 4)).astype(np.int8),
        rng.integers(-99, 99, 4).astype(np.int32),
        rng.integers(1 << 30, 1 << 31, 4, dtype=np.int64).astype(np.int32),
        np.full(4, -4, np.int32),
    ]
    values = [graph.add_constant(name, item) for name, item in zip(constants, data, strict=True)]
    return graph.add_node(Linear(), (value, *values), name, quantization=QUANTIZATION)


def add_requantize(graph: Graph, value: str, name: str, index: int) -> str:
    """A layer that shares its function with no other ``index``."""
    op = Requantize(multiplier=(1 << 30) + index, shift=0)
    return graph.add_node(op, (value,), name, quantization=QUANTIZATION)


def with_inputs(names: Sequence[str]) -> Graph:
    graph = Graph("model")
    for name in names:
        graph.add_input(name, ACTIVATION)
    value = graph.add_input("every.other", ACTIVATION)
    graph.outputs.append(Port(add_linear(graph, value, "layer", "abcd"), (1, 4)))
    return graph


def with_layers(names: Sequence[str]) -> Graph:
    """Each layer's result is an output, too."""
    graph = Graph("model")
    value = graph.add_input("every.other", ACTIVATION)
    for index, name in enumerate(names):
        value = add_requantize(graph, value, name, index)
        graph.outputs.append(Port(value, (1, 4)))
    return graph


def with_constants(names: Sequence[str]) -> Graph:
    graph = Graph("model")
    value = graph.add_input("every.other", ACTIVATION)
    padded = [*names, *(f"rest {index}" for index in range(-len(names) % 4))]
    for start in range(0, len(padded), 4):
        value = add_linear(graph, value, f"layer {start}", padded[start : start + 4])
    graph.outputs.append(Port(value, (1, 4)))
    return graph


PER_MODEL = 200
"""Names of a model: as every layer's result is an output, planning takes the square of them."""

WAYS = {"inputs": with_inputs, "layers": with_layers, "constants": with_constants}


def included_macros(files: dict[str, str], folder: Path, compiler: list[str]) -> list[str]:
    """The macros without parameters that a compiler knows at the end of model.c."""
    for name, text in files.items():
        (folder / name).write_text(text)
    command = [*compiler, "-std=gnu11", "-E", "-dM", "model.c"]
    output = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^#define ([A-Za-z]\w*) ", output, re.M)


@pytest.mark.parametrize("core", COMPILERS)
@pytest.mark.parametrize("way", WAYS)
def test_names_of_the_c_itself(way: str, core: str, tmp_path: Path) -> None:
    """Everything that our headers define, and every macro of the compiler and its headers."""
    chosen = target(core)
    plain = generate(WAYS[way](["x"]), chosen).program.files
    macros = included_macros(dict(plain), tmp_path, COMPILERS[core])
    names = sorted(shipped_names() | set(macros))
    for start in range(0, len(names), PER_MODEL):
        graph = WAYS[way](names[start : start + PER_MODEL])
        files = dict(generate(graph, chosen).program.files)
        compile_strictly(files, tmp_path, [*COMPILERS[core], "-Wshadow"], how=FRONT_END)


def test_every_name_that_a_header_defines_is_known() -> None:
    """The macros, the functions as the compiler lists them, and the types."""
    names = shipped_names()
    for path in HEADERS:
        text = path.read_text()
        assert set(re.findall(r"^\s*#\s*define\s+(\w+)", text, re.M)) <= names, path
        assert set(re.findall(r"^\}\s*(\w+);", text, re.M)) <= names, path
        assert set(re.findall(r"^TCM_KERNEL[\w *]*?(\w+)\(", text, re.M)) <= names, path
    assert not [name for name in names if name.endswith("_")], "an underscore makes names differ"


def test_functions_are_those_that_the_compiler_sees(tmp_path: Path) -> None:
    target("cortex-m55")
    for path in HEADERS:
        (tmp_path / path.name).write_text(path.read_text())
    ours = [path for path in HEADERS if "harness" not in path.parts]
    kernels = [path.name for path in ours if "cmsis_nn" not in path.name]
    text = "".join(f'#include "{name}"\n' for name in kernels)
    (tmp_path / "all.c").write_text(text)
    command = [*COMPILERS["cortex-m55"], "-O1", "-c", "all.c", "-aux-info", "functions.txt"]
    subprocess.run(command, cwd=tmp_path, check=True)
    listed = (tmp_path / "functions.txt").read_text()
    found = [line for line in listed.splitlines() if re.match(rf"/\* ({'|'.join(kernels)}):", line)]
    functions = {re.findall(r"(\w+) \(", line)[0] for line in found}
    assert len(functions) > 200
    others = functions - shipped_names()  # which macros paste together
    assert not [name for name in others if not name.startswith("tcm_")]


def test_macros_of_cmsis_nn(tmp_path: Path) -> None:
    target("cortex-m55")
    vendor = bakenn_vendor()
    include = [f"-I{vendor / part / 'Include'}" for part in ("cmsis_nn", "cmsis_core")]
    for core in ("cortex-m4", "cortex-m55"):
        files = {"model.c": '#include "arm_nnfunctions.h"\n'}
        macros = included_macros(files, tmp_path, [*COMPILERS[core], *include])
        assert not [name for name in macros if identifier(name) == name]


@pytest.mark.parametrize(
    "name",
    [
        *("x", "input", "output", "weight", "bias", "unused", "aligned", "shift", "scratch"),
        *("image", "INPUT", "Conv2D", "features_0_conv", "add", "conv2d", "linear_1", "softmax"),
        *("mean", "pad", "transpose", "layer", "tcm", "Tcm", "arm", "model", "step", "value"),
        *("M", "m_1", "PI", "count", "index", "sizes", "data", "table"),
    ],
)
def test_ordinary_names_stay(name: str) -> None:
    assert identifier(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TCM_SCALAR_H", "vTCM_SCALAR_H"),
        ("tcm_anything", "vtcm_anything"),
        ("tcm.requantize", "vtcm_requantize"),
        ("AVG_POOL2D_MEAN", "AVG_POOL2D_MEAN_"),
        ("add/s8/run", "add_s8_run_"),
        ("M_PI", "M_PI_"),
    ],
)
def test_names_of_ours_change(name: str, expected: str) -> None:
    assert identifier(name) == expected


OWN = [
    *("in", "run", "run_in", "arena", "model", "model_run", "model_run_in", "model_arena"),
    *("run.in", "run.layer", "run_layer", "layer", "model_run_layer", "model_layer", "layer_2"),
    *("status", "memcpy", "NULL", "weights", "model_model_run", "run_run", "Layer", "LAYER"),
    *("H", "WEIGHTS_H", "MODEL_H", "MODEL_WEIGHTS_H", "MODEL_ARENA_BYTES", "INPUT_COUNT"),
    *("MODEL_NO_STATIC_ARENA", "MODEL_RUN", "MODEL_INPUT_COUNT", "MODEL_INPUT_FIRST_RANK"),
    *("INPUT_FIRST_RANK", "OUTPUT_LAYER_SHAPE"),
]


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_names_never_meet_each_other(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Of inputs, layers and constants together, in every mixture of awkward ones."""
    target("host")
    any_name = st.sampled_from(OWN) | st.text("aA_./1", max_size=3)
    graph = Graph("model")
    value = graph.add_input("first", ACTIVATION)
    for name in data.draw(st.lists(any_name, max_size=4)):
        value = graph.add_input(name, ACTIVATION)
    for index in range(data.draw(st.integers(1, 4))):
        value = add_requantize(graph, value, data.draw(any_name), index)
        constants = data.draw(st.lists(any_name, min_size=4, max_size=4))
        value = add_linear(graph, value, data.draw(any_name), constants)
    graph.outputs.append(Port(value, (1, 4)))
    prefix = data.draw(st.sampled_from(["model", "MODEL", "Model"]))
    files = dict(generate(graph, HOST, prefix=prefix).program.files)
    compile_strictly(files, tmp_path_factory.mktemp("names"), ["gcc", "-Wshadow"])


@pytest.mark.parametrize("prefix", ["model", "MODEL"])
@pytest.mark.parametrize("way", WAYS)
def test_names_of_the_models_own_parts(way: str, prefix: str, tmp_path: Path) -> None:
    target("host")
    files = dict(generate(WAYS[way](OWN), HOST, prefix=prefix).program.files)
    compile_strictly(files, tmp_path, ["gcc", "-Wshadow"])


@pytest.mark.parametrize("name", ["add_s8", "transpose_s8", "add_s8_linear"])
def test_prefixes_whose_functions_are_ours(name: str) -> None:
    assert f"{name}_run" in shipped_names()
    with pytest.raises(TcmError, match="prefix of C files"):
        check_prefix(name)


def test_an_input_that_only_a_comment_names_is_unused(tmp_path: Path) -> None:
    target("host")
    graph = with_inputs(["linear"])
    assert "linear" in generate(graph, HOST).program.files["model.c"]
    compile_strictly(dict(generate(graph, HOST).program.files), tmp_path, ["gcc"])
