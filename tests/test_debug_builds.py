"""The generated C with the flags of firmware: everything compiles, without a warning that matters,
and computes the same."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator
from shared_images import run_with_kernels

from torch_cortex_m import ops
from torch_cortex_m.build import Toolchain, image, toolchain_for
from torch_cortex_m.build.image import write_sources
from torch_cortex_m.generate.generate import generate
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.testing import OpRun, run_cases

SLOW = pytest.mark.slow

EVERY = 4
"""One kernel of so many is run for each change; the slow sweep runs all."""

OPERATORS = ("add", "avg_pool2d", "conv2d", "depthwise_conv2d", "linear", "softmax")

FLAGS = {
    "gcc": (
        "-O0",
        "-O0 -finstrument-functions",
        "-Og -g3 -fno-omit-frame-pointer",
        "-Og -finstrument-functions",
        "-Og -fsanitize=undefined",
        "-Os -fstack-protector-all",
        "-O1 -fno-inline -fno-inline-functions -fno-tree-ccp",
        "-O2 -fkeep-inline-functions -fprofile-arcs -ftest-coverage",
        "-O1 -pg",
        "-O2 -fPIC -msingle-pic-base -mpic-register=r9",
        "-Og -fno-omit-frame-pointer -ffixed-r9",
    ),
    "clang": (
        "-Og -g3 -fno-omit-frame-pointer",
        "-O1 -finstrument-functions -fno-inline",
        "-O1 -fsanitize=undefined",
        "-Oz -fstack-protector-all",
        "-O2 -fprofile-instr-generate -fcoverage-mapping",
        "-O2 -frwpi",
        "-O1 -fno-omit-frame-pointer -ffixed-r9 -mno-unaligned-access",
    ),
}


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Core -> a folder with one layer of each of its kernels, all.c, which has them all, and
    constants.c."""

    @cache
    def emitted(core: str) -> Path:
        folder, target = tmp_path_factory.mktemp(core), CORES[core]
        layers = [
            generate(case_graph(case), target, prefix=f"layer_{i}", forced={"output": kernel})
            for i, (kernel, case) in enumerate(cases_of_kernels(target).items())
        ]
        write_sources([layer.program for layer in layers], folder, separate=True, guarded=False)
        include_all(folder, "all.c", "program_*/layer_*.c")
        include_all(folder, "constants.c", "program_*/weights.c")
        return folder

    return emitted


def include_all(folder: Path, name: str, pattern: str) -> None:
    """Writes a source that is all those of a pattern: one start of the compiler."""
    names = sorted(path.relative_to(folder) for path in folder.glob(pattern))
    (folder / name).write_text("".join(f'#include "{each}"\n' for each in names))


@cache
def cases_of_kernels(target: Target) -> dict[str, Case]:
    """The first case of each kernel that needs more than portable C."""
    chosen: dict[str, Case] = {}
    for case in (case for operator in sorted(ops.definitions()) for case in ops.cases(operator)):
        graph = case_graph(case)
        if not graph.computing_nodes():
            continue
        for kernel in applicable_kernels(layer_of(graph, graph.nodes[0]), target, frozenset()):
            if kernel.needs:
                chosen.setdefault(kernel.name, case)
    assert len(chosen) >= 10
    return chosen


def builds() -> list:
    """Parameters: compilers, flags and cores; for each change every third line of flags, on one of
    the cores by turns."""
    cores = ("cortex-m4", "cortex-m55")
    return [
        pytest.param(compiler, flags, core, marks=() if index % 6 == 3 * place else SLOW)
        for compiler, listed in FLAGS.items()
        for index, flags in enumerate(listed)
        for place, core in enumerate(cores)
    ]


@needs_emulator
@pytest.mark.parametrize(("compiler", "flags", "core"), builds())
def test_every_kernel_compiles(
    compiler: str, flags: str, core: str, folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    if compiler == "clang" and shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    toolchain = toolchain_for(CORES[core], compiler)
    folder = folder_of(core)
    command = [toolchain.compiler, *with_flags(toolchain, flags), "-w", "-c", str(folder / "all.c")]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4000:]


SET_ASIDE = {
    "declaration-after-statement": "C89 only; the C is C11",
    "used-but-marked-unused": "helpers of which a model calls only some",
    "padded": "structs that never leave the model",
    "unsafe-buffer-usage": "since Clang 16: of every array in C",
    "unknown-warning-option": "of an older Clang about the names above",
}
"""What -Weverything warns of, and why nothing is wrong."""


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_clang_warns_of_nothing_else(
    core: str, folder_of: Callable[[str], Path], tmp_path: Path
) -> None:
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    toolchain, folder = toolchain_for(CORES[core], "clang"), folder_of(core)
    warnings = ["-Weverything", *(f"-Wno-{name}" for name in SET_ASIDE), "-Werror"]
    sources = [str(folder / name) for name in ("all.c", "constants.c")]
    command = [toolchain.compiler, *toolchain.flags, *warnings, "-fsyntax-only", *sources]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-4000:]


def with_flags(toolchain: Toolchain, flags: str) -> list[str]:
    """The toolchain's flags with others in place of its optimization level."""
    assert "-O2" in toolchain.flags
    return [*(flag for flag in toolchain.flags if flag != "-O2"), *flags.split()]


LEVELS = ("-O0", "-Og", "-O1 -fno-inline -fno-tree-ccp")
RELEASE_LEVELS = ("-O3", "-Os", "-O2 -flto")


@needs_emulator
@pytest.mark.parametrize(
    ("core", "flags"),
    [
        pytest.param(
            core,
            flags,
            marks=() if core in ("cortex-m4", "cortex-m55") and flags in LEVELS else SLOW,
        )
        for core in ("cortex-m0plus", "cortex-m4", "cortex-m33", "cortex-m55")
        for flags in (*LEVELS, *RELEASE_LEVELS)
    ],
)
def test_the_results_are_the_same(core: str, flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "toolchain_for", partial(toolchain_with, flags))
    check_results(CORES[core])


RELEASES = {
    "gcc -O3": "cortex-m55",
    "gcc -Os": "cortex-m4",
    "gcc -O2 -flto": "cortex-m4",
    "clang -O3": "cortex-m4",
    "clang -Os": "cortex-m55",
}
"""Levels of a release other than -O2 -> the core on which each change runs them."""


def releases() -> list:
    """Parameters: a compiler with a level, a core, and of how many kernels one runs; GCC's for
    each change on one core."""
    return [
        pytest.param(
            level,
            core,
            every,
            marks=() if quick else SLOW,
        )
        for level, own in RELEASES.items()
        for core in ("cortex-m4", "cortex-m33", "cortex-m55")
        for every in (EVERY, 1)
        for quick in [core == own and every > 1 and level.startswith("gcc")]
        if every == 1 or quick
    ]


@needs_emulator
@pytest.mark.parametrize(("level", "core", "every"), releases())
def test_kernels_compute_the_same_at_other_levels(
    level: str, core: str, every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler, _, flags = level.partition(" ")
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    monkeypatch.setenv("TCM_COMPILER", compiler)
    monkeypatch.setattr(image, "toolchain_for", partial(toolchain_with, flags))
    check_kernels(CORES[core], every)


@needs_emulator
@pytest.mark.parametrize("every", [EVERY, pytest.param(1, marks=SLOW)])
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_r9_is_left_to_firmware_that_reserves_it(
    core: str, every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every kernel, or for each change of one of ``every``."""
    monkeypatch.setattr(image, "toolchain_for", partial(toolchain_with, "-O2 -ffixed-r9"))
    usual = image.image_source
    monkeypatch.setattr(
        image, "image_source", lambda programs, guarded: checking_r9(usual(programs, guarded))
    )
    check_kernels(CORES[core], every)


def check_kernels(target: Target, every: int) -> None:
    """One of so many of a core's kernels, in one image, against the reference."""
    kernels, cases = zip(*list(cases_of_kernels(target).items())[::every], strict=True)
    layers = list(zip(cases, kernels, strict=True))
    runs = run_with_kernels(layers, target, "emulator")
    for kernel, run, reference in zip(kernels, runs, run_cases(cases, on="reference"), strict=True):
        assert_equal(run, reference, kernel)


def checking_r9(source: str) -> str:
    """image.c, where a run fails that comes back with another r9."""
    checked = re.sub(
        r"return (\w+_run\(.*\));",
        r"reserved = 12345;\n    const int32_t status = \1;\n"
        "    return reserved == 12345 ? status : 9;",
        source,
    )
    assert checked != source
    return f'#include <stdint.h>\nregister uint32_t reserved __asm__("r9");\n{checked}'


def toolchain_with(flags: str, target: Target) -> Toolchain:
    usual = toolchain_for(target)
    return dataclasses.replace(usual, flags=tuple(with_flags(usual, flags)))


def check_results(target: Target) -> None:
    cases = [case for operator in OPERATORS for case in list(ops.cases(operator))[:6]]
    expected = run_cases(cases, on="reference")
    for case, run, reference in zip(
        cases, run_cases(cases, target=target, on="emulator"), expected, strict=True
    ):
        assert_equal(run, reference, case.name)


def assert_equal(run: OpRun, reference: OpRun, name: str) -> None:
    for output, right in zip(run.outputs, reference.outputs, strict=True):
        np.testing.assert_array_equal(output, right, name)
