"""The choice of the compiler for a core."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m.build import COMPILERS, toolchain_for
from torch_cortex_m.build.toolchain import run_tool
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ops import cases
from torch_cortex_m.target import CORES, HOST
from torch_cortex_m.testing import run_cases

needs_clang = pytest.mark.skipif(not shutil.which("clang"), reason="clang is not installed")


@needs_emulator
@needs_clang
@pytest.mark.parametrize("name", COMPILERS)
def test_the_environment_names_the_compiler(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TCM_COMPILER", name)
    toolchain = toolchain_for(CORES["cortex-m4"])
    assert toolchain.name == name
    assert re.fullmatch(rf"{name}-\d+(\.\d+)?", toolchain.label)
    assert toolchain_for(CORES["cortex-m4"], "gcc").name == "gcc"


def test_an_unknown_compiler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TCM_COMPILER", "icc")
    with pytest.raises(TcmError, match="unknown compiler") as error:
        toolchain_for(CORES["cortex-m4"])
    assert error.value.where == "TCM_COMPILER"


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TcmError, match=r"^there-is-none is"):
        run_tool(["there-is-none", "-c"], tmp_path)
    (tmp_path / "cc").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(TcmError, match=r"^size is") as error:
        toolchain_for(HOST)
    assert "apt-get install binutils (" in str(error.value.hint)


@needs_emulator
@needs_clang
@pytest.mark.parametrize("core", CORES)
def test_clang_builds_for_every_core(core: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every core, with code that calls the C library and code in floating point."""
    chosen = [*cases("softmax")[:2], *cases("quantize")[:2], *cases("depthwise_conv2d")[:2]]
    monkeypatch.setenv("TCM_COMPILER", "clang")
    for expected, run in zip(
        run_cases(chosen, on="reference"),
        run_cases(chosen, on="emulator", target=core),
        strict=True,
    ):
        assert np.array_equal(run.output, expected.output)


@needs_emulator
@needs_clang
@pytest.mark.parametrize("name", COMPILERS)
def test_structs_of_a_library_are_laid_out_alike(name: str, tmp_path: Path) -> None:
    """Such as CMSIS-NN's for LSTM, which has an enumeration, whichever compiler builds it."""
    source = tmp_path / "layout.c"
    source.write_text(
        "enum kind { FIRST, SECOND };\n"
        "struct gate { const void *weights; enum kind kind; signed char zero_point; };\n"
        '_Static_assert(sizeof(enum kind) == 1 && sizeof(struct gate) == 8, "as GCC for Arm");\n'
    )
    toolchain = toolchain_for(CORES["cortex-m4"], name)
    run_tool([toolchain.compiler, *toolchain.flags, "-c", str(source), "-o", "layout.o"], tmp_path)
    assert (tmp_path / "layout.o").is_file()
