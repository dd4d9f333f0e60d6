"""Ours = CMSIS-NN's outputs on emulated cores, which kernel runs what, status and scratch memory.

The library is compiled from bakenn's sources (CMSIS-NN 4.0.0), or named as tests/cmsis_nn.py says.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from cmsis_nn import CmsisNN, build_library
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_layers import random_cases, random_conv2d, random_depthwise_conv2d
from strict_compilers import compile_strictly

from torch_cortex_m import TcmError, load, ops
from torch_cortex_m.build import KernelLibrary, open_library, toolchain_for
from torch_cortex_m.build.library import archive_symbols
from torch_cortex_m.generate import generate, generate_all
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.ops.base import Case, Kernel
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import layer_of
from torch_cortex_m.select.select import applicable_kernels
from torch_cortex_m.target import CORES, HOST, Target
from torch_cortex_m.testing import run_cases, run_op

TESTED_CORES = ["cortex-m4", "cortex-m55"]

OPERATORS = [
    *("conv2d", "depthwise_conv2d", "linear", "avg_pool2d", "max_pool2d", "add", "softmax"),
    *("minimum", "maximum", "pad", "transpose"),
]

NEEDED_SYMBOL = {
    "add": "arm_elementwise_add_s8",
    "softmax": "arm_softmax_s8",
    "minimum": "arm_minimum_s8",
    "maximum": "arm_maximum_s8",
    "pad": "arm_pad_s8",
    "transpose": "arm_transpose_s8",
}
GROUPS_SYMBOL = "arm_nn_mat_mult_kernel_row_offset_s8_s16"


def is_computed(case: Case, symbols: frozenset[str]) -> bool:
    """Whether the library must be used for the case: it can compute all but a few layers."""
    op, shape = case.op, shape_of(case, "input")
    data = case.tensors["input"]
    if data is None or data.dtype != np.int8:
        return False
    if NEEDED_SYMBOL.get(op.name, "arm_avgpool_s8") not in symbols:
        return False
    match op.name:
        case "conv2d":
            return (op.groups == 1 or GROUPS_SYMBOL in symbols) and windows_touch_input(case)
        case "depthwise_conv2d":
            return (shape[0] == 1 or shape[3] == 1) and windows_touch_input(case)
        case "linear":
            return op.weight_offset == 0
        case "avg_pool2d":
            uneven = op.adaptive_output and any(
                size % out for size, out in zip(shape[1:3], op.adaptive_output, strict=True)
            )
            counts_padding = op.count_include_pad and any(op.padding)
            ties = any(op.padding) or (op.kernel[0] * op.kernel[1]) % 2 == 0
            rounds_otherwise = op.ties_up and ties
            return not (uneven or counts_padding or op.divisor_override or rounds_otherwise)
        case "max_pool2d":
            return op.dilation == (1, 1) and windows_touch_input(case)
        case "add":
            return shape_of(case, "other") == shape and op.left_shift >= 16
        case "softmax":
            int8 = case_graph(case).types["output"].dtype == "int8"
            return int8 and case.tensors.get("mask") is None and shape[-1] <= 511
        case "minimum" | "maximum":
            return all(is_whole_or_repeated(case, name) for name in ("input", "other"))
        case "pad":
            return len(shape) <= 4
        case "transpose":
            return 2 <= len(shape) <= 4 and list(op.permutation) != sorted(op.permutation)
    raise LookupError(op.name)


def is_whole_or_repeated(case: Case, name: str) -> bool:
    """Whether an operand is as large as the output, one element, or its channels."""
    output = case_graph(case).types["output"].shape
    shape = shape_of(case, name)
    return math.prod(shape) in (1, math.prod(output)) or shape == output[-1:]


def shape_of(case: Case, name: str) -> tuple[int, ...]:
    tensor = case.tensors[name]
    assert tensor is not None
    return tensor.shape


def windows_touch_input(case: Case) -> bool:
    """Whether each window of a convolution or pooling covers a part of the input's span."""
    op, graph = case.op, case_graph(case)
    output = graph.types["output"].shape
    kernel = getattr(op, "kernel", None) or shape_of(case, "weight")[1:3]
    return all(
        start + op.dilation[axis] * (kernel[axis] - 1) + 1 > 0
        and start < shape_of(case, "input")[1 + axis]
        for axis in range(2)
        for start in range(
            -op.padding[axis],
            output[1 + axis] * op.stride[axis] - op.padding[axis],
            op.stride[axis],
        )
    )


def library_kernels(case: Case, target: Target, library: KernelLibrary) -> set[str]:
    graph = case_graph(case)
    kernels = applicable_kernels(layer_of(graph, graph.nodes[0]), target, library.symbols)
    return {kernel.name for kernel in kernels if kernel.provider == "cmsis-nn"}


def check_equal(cases: list[Case], core: str, library: KernelLibrary) -> dict[str, int]:
    """Runs each case by each of the library's kernels that apply; kernel -> number of cases."""
    expected = run_cases(cases, on="reference")
    indices: dict[str, list[int]] = {}
    for index, case in enumerate(cases):
        for kernel in library_kernels(case, CORES[core], library):
            indices.setdefault(kernel, []).append(index)
    for kernel, chosen in indices.items():
        runs = run_cases(
            [cases[index] for index in chosen],
            target=core,
            kernel=kernel,
            on="emulator",
            library=library,
        )
        for index, run in zip(chosen, runs, strict=True):
            assert run.kernel == kernel
            message = f"{kernel} on {core}, case {cases[index].name}, {cases[index].op}"
            np.testing.assert_array_equal(run.output, expected[index].output, message)
    return {kernel: len(chosen) for kernel, chosen in indices.items()}


@pytest.mark.parametrize("every", [2, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("core", TESTED_CORES)
@pytest.mark.parametrize("operator", OPERATORS)
def test_cmsis_nn_gives_the_reference_output(
    operator: str, core: str, every: int, cmsis_nn: CmsisNN
) -> None:
    """Every case, or for each change those between the cores, each on one of them."""
    library = cmsis_nn.library(core)
    cases = ops.cases(operator)
    computed = [case for case in cases if library_kernels(case, CORES[core], library)]
    assert {case.name for case in computed} == {
        case.name for case in cases if is_computed(case, library.symbols)
    }
    if not computed:
        pytest.skip(f"this CMSIS-NN has no {NEEDED_SYMBOL[operator]}")
    chosen = computed[TESTED_CORES.index(core) % every :: every]
    counts = check_equal(chosen, core, library)
    assert sum(counts.values()) >= len(chosen)


@pytest.mark.parametrize("core", TESTED_CORES)
def test_the_library_is_preferred_and_the_rest_stays_ours(core: str, cmsis_nn: CmsisNN) -> None:
    """One image with both providers' kernels, without any being named."""
    library = cmsis_nn.library(core)
    names = {
        "conv2d": ["3x3", "1x1_padding"],
        "depthwise_conv2d": ["4_channels", "batch_3", "1_channel", "1_channel_depth_multiplier_16"],
        "linear": ["1_row", "weight_offset"],
        "avg_pool2d": ["2x2", "count_include_pad"],
        "max_pool2d": ["2x2", "dilation_2"],
    }
    cases = [c for operator in names for c in ops.cases(operator) if c.name in names[operator]]
    runs = run_cases(cases, target=core, on="emulator", library=library)
    for case, run, expected in zip(cases, runs, run_cases(cases, on="reference"), strict=True):
        np.testing.assert_array_equal(run.output, expected.output, case.name)
        assert ("__cmsis_nn" in run.kernel) == is_computed(case, library.symbols)
    used = {case.name: run.kernel for case, run in zip(cases, runs, strict=True)}
    assert used["1_channel"] == "depthwise_conv2d_s8__cmsis_nn"
    assert used["1_channel_depth_multiplier_16"] == "depthwise_conv2d_s8__cmsis_nn_convolve"


def test_the_host_uses_no_library(cmsis_nn: CmsisNN) -> None:
    case = ops.cases("depthwise_conv2d")[0]
    (run,) = run_cases([case], on="host", library=cmsis_nn.library("cortex-m4"))
    assert "cmsis_nn" not in run.kernel
    generated = generate(case_graph(case), HOST)
    assert generated.program.libraries == ()


@pytest.mark.parametrize("core", TESTED_CORES)
def test_the_c_that_calls_the_library_is_clean(
    core: str, cmsis_nn: CmsisNN, tmp_path: Path
) -> None:
    """Under strict warnings, with the library's own headers as system headers."""
    library = cmsis_nn.library(core)
    cases = [
        next(c for c in ops.cases(name) if is_computed(c, library.symbols))
        for name in OPERATORS
        if NEEDED_SYMBOL.get(name, "arm_avgpool_s8") in library.symbols
    ]
    graphs = {case.op.name: case_graph(case) for case in cases}
    include = [flag for path in library.include for flag in ("-isystem", str(path))]
    for generated in generate_all(graphs, CORES[core], library=library):
        program = generated.program
        assert program.libraries == ("cmsis-nn",)
        folder = tmp_path / program.prefix
        folder.mkdir()
        compiler = ["arm-none-eabi-gcc", *CORES[core].flags, *include]
        compile_strictly(dict(program.files), folder, compiler)


RANDOM = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
SEEDS = st.integers(0, 2**32 - 1)


@RANDOM
@given(seed=SEEDS)
def test_random_convolutions(seed: int, cmsis_nn: CmsisNN) -> None:
    check_equal(random_cases(seed, 60, random_conv2d), "cortex-m4", cmsis_nn.library("cortex-m4"))


@RANDOM
@given(seed=SEEDS)
def test_random_depthwise_convolutions(seed: int, cmsis_nn: CmsisNN) -> None:
    cases = random_cases(seed, 60, random_depthwise_conv2d)
    check_equal(cases, "cortex-m4", cmsis_nn.library("cortex-m4"))


@pytest.mark.slow
@pytest.mark.parametrize("core", TESTED_CORES)
@pytest.mark.parametrize("seed", range(10))
def test_many_random_layers(seed: int, core: str, cmsis_nn: CmsisNN) -> None:
    library = cmsis_nn.library(core)
    check_equal(random_cases(seed, 100, random_conv2d), core, library)
    check_equal(random_cases(seed, 100, random_depthwise_conv2d), core, library)


@pytest.mark.parametrize("core", TESTED_CORES)
def test_signals_that_cmsis_nn_mistakes_run_as_columns(core: str, cmsis_nn: CmsisNN) -> None:
    """Later versions' MVE kernel for height 1 fails for these, or gives wrong values."""
    signals = [
        ("left_only", (0, 2, 0, 0), (1, 1), 16),
        ("right_only", (0, 0, 0, 2), (1, 1), 16),
        ("one_input_left_over", (0, 0, 0, 0), (1, 2), 16),
        ("two_inputs_left_over", (0, 0, 0, 0), (1, 3), 17),
        ("two_on_the_right_stride_2", (0, 2, 0, 2), (1, 2), 15),
        ("padded_on_both_sides", (0, 2, 0, 2), (1, 1), 3),
    ]
    cases = [
        conv2d_case(name, (2, 1, width, 4), 5, (1, 5), padding=padding, stride=stride, bias=True)
        for name, padding, stride, width in signals
    ]
    counts = check_equal(cases, core, cmsis_nn.library(core))
    assert counts == {"conv2d_s8__cmsis_nn": len(cases)}


@pytest.mark.parametrize("core", TESTED_CORES)
def test_scratch_memory_is_what_the_library_asks_for(core: str, cmsis_nn: CmsisNN) -> None:
    """In the arena and nowhere else: two columns of 75 inputs in 16 bits, or four in 8 bits with
    MVE; a column of 4 channels in 16 bits, or four of 124 channels in 8 bits with MVE."""
    library = cmsis_nn.library(core)
    has_mve = "mve" in CORES[core].features
    conv2d = next(c for c in ops.cases("conv2d") if c.name == "5x5_on_5x5")
    depthwise = next(c for c in ops.cases("depthwise_conv2d") if c.name == "5x5_padding_2_on_8x8")
    for case in (conv2d, depthwise):
        kernel = f"{case.op.name}_s8__ref"
        plain = generate(case_graph(case), CORES[core], forced={"output": kernel})
        assert plain.plan.arena_bytes == 0
    runs = run_cases([conv2d, depthwise], target=core, on="emulator", library=library)
    conv2d_columns = 4 * 75 if has_mve else 2 * 2 * 75
    depthwise_block = 4 * 124 * 25 if has_mve else 2 * 4 * 25
    for run, least in zip(runs, (conv2d_columns, depthwise_block), strict=True):
        assert least <= run.arena_bytes <= least + 48, run.kernel


@pytest.fixture
def stubs(cmsis_nn: CmsisNN, tmp_path: Path) -> KernelLibrary:
    """A library for cortex-m4 with functions of our own under CMSIS-NN's names."""
    include = cmsis_nn.library("cortex-m4").include
    source = Path(__file__).parent / "cmsis_nn_stubs.c"
    build_library([source], include, toolchain_for(CORES["cortex-m4"]), tmp_path / "stubs.a")
    return open_library(include, tmp_path / "stubs.a")


def test_a_status_of_the_library_becomes_an_error(stubs: KernelLibrary) -> None:
    case = ops.cases("max_pool2d")[0]
    with pytest.raises(TcmError, match="returned an error: -1"):
        run_op(case.op, case.tensors, target="cortex-m4", on="emulator", library=stubs)


def test_scratch_of_any_size_is_reserved(stubs: KernelLibrary) -> None:
    """The stub asks for 1000 bytes a column and a byte a channel, and writes to all of them."""
    cases = [case for case in ops.cases("avg_pool2d") if case.name in ("2x2", "2x2_odd_input")]
    runs = run_cases(cases, target="cortex-m4", on="emulator", library=stubs)
    for run in runs:
        _, _, columns, channels = run.output.shape
        asked = 1000 * columns + channels
        assert run.arena_bytes == -(-asked // 16) * 16
        expected = np.arange(run.output.size).astype(np.int8).reshape(run.output.shape)
        np.testing.assert_array_equal(run.output, expected)


def test_a_folder_with_a_library_can_be_read_again(stubs: KernelLibrary, tmp_path: Path) -> None:
    graph = case_graph(ops.cases("max_pool2d")[0])
    compiled = CompiledModel(generate(graph, CORES["cortex-m4"], library=stubs))
    assert "cmsis-nn" in compiled.generated.program.libraries
    loaded = load(compiled.save(tmp_path / "out"))
    assert loaded.generated.library == stubs
    assert loaded.generated.program.files == compiled.generated.program.files


def test_symbols_of_an_archive(stubs: KernelLibrary) -> None:
    assert stubs.symbols == {
        "arm_max_pool_s8",
        "arm_avgpool_s8",
        "arm_avgpool_s8_get_buffer_size",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF\x01\x01",
        b"!<arch>\n",
        b"!<arch>\nmember.o/       0 ",
        b"!<arch>\n/" + b" " * 59,
    ],
)
def test_a_file_that_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "library.a"
    path.write_bytes(content)
    with pytest.raises(TcmError, match="symbol index") as caught:
        archive_symbols(path)
    assert str(path) in str(caught.value)


def test_folders_and_files_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(TcmError, match="include folder not found"):
        open_library([tmp_path / "nowhere"], tmp_path / "library.a")
    with pytest.raises(TcmError, match="no CMSIS-NN headers"):
        open_library([tmp_path], tmp_path / "library.a")
    (tmp_path / "arm_nnfunctions.h").touch()
    with pytest.raises(TcmError, match="library not found"):
        open_library([tmp_path], tmp_path / "library.a")


def test_a_kernel_is_left_out_where_the_library_has_a_symbol_it_must_not_have() -> None:
    case = next(c for c in ops.cases("linear") if c.name == "shift_31")
    graph = case_graph(case)
    layer, target = layer_of(graph, graph.nodes[0]), CORES["cortex-m4"]

    def names(*symbols: str) -> list[str]:
        kernels: list[Kernel] = applicable_kernels(layer, target, frozenset(symbols))
        return [kernel.name for kernel in kernels if kernel.provider != "ours"]

    assert names("arm_fully_connected_s8") == ["linear_s8__cmsis_nn"]
    assert names("arm_fully_connected_s8", "arm_vector_sum_s8") == []
