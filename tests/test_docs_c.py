"""The C and C++ of README and docs/ compiles, against headers of models with the pages' names.

``<!-- not compiled: why -->`` above a block sets it aside, such as code of another framework. One
that begins with a path (``/* operators/x.h */``) is a file that a test of its own compiles.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_graphs import Builder, Q
from test_docs import FILE, ROOT

from torch_cortex_m import ops
from torch_cortex_m.generate import Generated, Preferences, generate, link
from torch_cortex_m.ir import Port, TensorType
from torch_cortex_m.ship import project_files
from torch_cortex_m.target import HOST

BLOCK = re.compile(
    r"^(<!-- not compiled: .* -->\n)?```(c|cpp)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
FUNCTION = re.compile(r"^(?!if|for|do|while|switch)\w[^;=]*\)(?: /\*.*\*/)?\s*\{$", re.MULTILINE)
"""Where one begins; a block without a function is the inside of one, after its #include."""

SHAPE = (1, 4, 4, 12)
"""192 elements: those of the tutorial's motions."""

Files = Mapping[str, str]


def model(prefix: str, takes: str, gives: str, **preferences: Any) -> Generated:
    """A model with the names of a page; with a state, where its input comes whole."""
    build = Builder()
    graph = build.graph
    value = graph.add_input(takes, TensorType(SHAPE, "int8", Q))
    for name in ("features.0", "features.1"):
        value = build.conv(value, 12, name)
    if preferences.get("io") != "rows":
        state = graph.add_state("most", np.zeros(SHAPE, np.int8), Q)
        value = graph.add_node(ops.operator("maximum"), (value, state), gives, quantization=Q)
        graph.set_update(state, value)
    else:
        value = build.conv(value, 12, gives)
    graph.outputs.append(Port(value, SHAPE))
    return generate(graph, HOST, prefix=prefix, preferences=Preferences(**preferences))


def project(generated: Generated, kind: str = "make") -> Files:
    return project_files(generated, kind, "1.2.3")


def by_rows() -> Files:
    return model("model", "image", "classifier", io="rows").program.files


def two_models() -> Files:
    return link([model("kws", "samples", "words"), model("vww", "image", "person")], "models").files


HEADERS: dict[str, Callable[[], Files]] = {
    "README.md": lambda: project(model("model", "image", "classifier")),
    "docs/board.md": lambda: project(model("model", "image", "classifier"), "serial"),
    "docs/from-executorch.md": lambda: project(model("model", "x", "softmax")),
    "docs/from-tflite-micro.md": lambda: project(model("kws", "features", "scores")),
    "docs/from-x-cube-ai.md": lambda: project(model("network", "image", "scores")),
    "docs/linking.md": two_models,
    "docs/memory.md": lambda: project(model("model", "image", "classifier", io="arena")),
    "docs/placement.md": lambda: project(model("model", "image", "classifier", prefetch=True)),
    "docs/projects.md": lambda: project(model("model", "image", "classifier")),
    "docs/streaming.md": lambda: project(model("model", "x", "out")),
    "docs/tutorial.md": lambda: project(model("gestures", "motion", "classifier")),
}
"""Page -> the files that its blocks include."""

ROWS = "_ROW_"
"""In blocks of a model whose input comes in rows."""

FIRMWARE = """
#include <stdbool.h>
#include <stdint.h>
void camera_start(int8_t *); void camera_read_line(int8_t *); void use(const int8_t *);
void read_frame(int8_t *); bool button_pressed(void);
extern int8_t scores[], samples[], words[], image[], person[], more_samples[];
extern int8_t left_frames[], right_frames[], left_frame[], right_frame[];
extern int8_t left_score[], right_score[], left_scores[], right_scores[];
"""
"""What pages call and do not show: the rest of the firmware."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, code) of each block that is to compile."""
    return [
        (language, code)
        for aside, language, code in BLOCK.findall(page.read_text())
        if not aside and FILE.match(code) is None
    ]


def unit(code: str, first: str) -> str:
    """A whole source. first: the header of the model, for blocks that do not include it again."""
    code = re.sub(r"^\.\.\.$", "", code.replace("{ ... }", "{ }"), flags=re.MULTILINE)
    if FUNCTION.search(code) or ("{" not in code and code.lstrip().startswith("#include <")):
        return code
    includes = "".join(re.findall(r"^#include .*\n", code, re.MULTILINE))
    inside = re.sub(r"^#include .*\n", "", code, flags=re.MULTILINE)
    return f"{FIRMWARE}{includes or first}void snippet(void);\nvoid snippet(void)\n{{\n{inside}}}\n"


def test_every_page_with_c_has_headers() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = {page.relative_to(ROOT).as_posix() for page in pages if blocks(page)}
    assert found == {*HEADERS}


@pytest.mark.parametrize("name", HEADERS)
def test_the_c_of_pages_compiles(name: str, tmp_path: Path) -> None:
    whole = HEADERS[name]()
    for index, (language, code) in enumerate(blocks(ROOT / name)):
        folder = tmp_path / str(index)
        folder.mkdir()
        files = by_rows() if ROWS in code else whole
        for path, text in files.items():
            if path.endswith((".h", ".hpp")):
                (folder / path).write_text(text)
        own = [path for path in files if path.endswith(".h") and f"{path[:-2]}_run" in code]
        first = "".join(f'#include "{path}"\n' for path in own)
        check(language, unit(code, first), folder)


def check(language: str, text: str, folder: Path) -> None:
    compiler, suffix = ("gcc", "c") if language == "c" else ("g++", "cpp")
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    (folder / f"snippet.{suffix}").write_text(text)
    standard = "-std=c11" if language == "c" else "-std=c++17"
    flags = [standard, "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-unused-parameter"]
    command = [compiler, *flags, "-fsyntax-only", f"snippet.{suffix}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{text}\n{result.stderr}"
