"""A model as projects of other build systems, and what compiles these without the build systems."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from small_graphs import Builder, Q

from torch_cortex_m import CompiledModel
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.ship import project_files, write_project
from torch_cortex_m.target import find_target

STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


def remembering() -> Builder:
    """The largest inputs so far; two outputs."""
    build = Builder()
    state = build.graph.add_state("most", np.full((1, 4, 3, 4), 5, np.int8), Q)
    most = build.node("maximum", build.input(1, 4, 3, 4), state)
    build.graph.set_update(state, most)
    build.output(build.conv(most, 6), most)
    return build


def model_for(target: str, io: str = "caller", prefix: str = "net_1") -> CompiledModel:
    graph = remembering().graph
    return CompiledModel(
        generate(graph, find_target(target), prefix=prefix, preferences=Preferences(io=io))
    )


def compile_with(compiler: str, flags: Sequence[str], folder: Path) -> None:
    path = shutil.which(compiler)
    if path is None:
        pytest.skip(f"{compiler} is not installed")
    result = subprocess.run([path, *flags], cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def project(model: CompiledModel, kind: str, folder: Path) -> Path:
    return write_project(project_files(model.generated, kind, "1.2.3"), folder / kind)


STUBS = {
    "zephyr/kernel.h": "#include <stdint.h>\nuint32_t k_cycle_get_32(void);\n",
    "zephyr/sys/printk.h": "void printk(const char *format, ...);\n",
    "Arduino.h": """#include <stdint.h>
struct Port { void begin(long); void print(const char *); void print(long);
              void println(unsigned long); };
extern Port Serial; unsigned long micros(); void delay(unsigned long);
""",
}
"""As much of the frameworks as the examples call."""


def write_stubs(folder: Path) -> Path:
    """The folder for #include that has them."""
    for name, text in STUBS.items():
        path = folder / "stubs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "stubs"
