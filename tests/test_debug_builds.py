"""The generated C with the flags of firmware: everything compiles, and computes the same."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m import ops
from torch_cortex_m.build import Toolchain, image, toolchain_for
from torch_cortex_m.build.image import write_sources
from torch_cortex_m.generate import Generated, generate
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.testing import case_graph, run_cases

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
        "-O2 -fPIC",
    ),
    "clang": (
        "-Og -g3 -fno-omit-frame-pointer",
        "-O1 -finstrument-functions -fno-inline",
        "-O1 -fsanitize=undefined",
        "-Oz -fstack-protector-all",
        "-O2 -fprofile-instr-generate -fcoverage-mapping",
        "-O2 -fPIC",
    ),
}


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Core -> a folder with one layer of each of its kernels, and all.c, which has them all."""

    @cache
    def emitted(core: str) -> Path:
        folder = tmp_path_factory.mktemp(core)
        write_sources([layer.program for layer in layers_of_all_kernels(CORES[core])], folder, True)
        names = sorted(path.relative_to(folder) for path in folder.glob("program_*/layer_*.c"))
        (folder / "all.c").write_text("".join(f'#include "{name}"\n' for name in names))
        return folder

    return emitted


def layers_of_all_kernels(target: Target) -> list[Generated]:
    """The first case of each kernel that the target has beside the portable ones."""
    chosen: dict[str, Generated] = {}
    for case in (case for operator in sorted(ops.definitions()) for case in ops.cases(operator)):
        graph = case_graph(case)
        if graph.nodes[0].op.view:
            continue
        for kernel in applicable_kernels(layer_of(graph, graph.nodes[0]), target, frozenset()):
            if kernel.needs and kernel.name not in chosen:
                chosen[kernel.name] = generate(
                    graph,
                    target,
                    prefix=f"layer_{len(chosen)}",
                    forced={"output": kernel.name},
                )
    assert len(chosen) >= 10
    return list(chosen.values())


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
@pytest.mark.parametrize(
    ("compiler", "flags"), [(name, flags) for name, listed in FLAGS.items() for flags in listed]
)
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


def with_flags(toolchain: Toolchain, flags: str) -> list[str]:
    """The toolchain's flags with others in place of its optimization level."""
    assert "-O2" in toolchain.flags
    return [*(flag for flag in toolchain.flags if flag != "-O2"), *flags.split()]


@needs_emulator
@pytest.mark.parametrize("flags", ["-O0", "-Og", "-O1 -fno-inline -fno-tree-ccp"])
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4", "cortex-m33", "cortex-m55"])
def test_the_results_are_the_same(core: str, flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def toolchain(target: Target) -> Toolchain:
        usual = toolchain_for(target)
        return dataclasses.replace(usual, flags=tuple(with_flags(usual, flags)))

    monkeypatch.setattr(image, "toolchain_for", toolchain)
    cases = [case for operator in OPERATORS for case in list(ops.cases(operator))[:6]]
    expected = run_cases(cases, on="reference")
    for case, run, reference in zip(
        cases, run_cases(cases, target=CORES[core], on="emulator"), expected, strict=True
    ):
        np.testing.assert_array_equal(run.output, reference.output, case.name)
