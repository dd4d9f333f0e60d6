"""The text of a model stays text: in the emitted C, in messages and on the terminal."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
import warnings
from pathlib import Path
from typing import Any

import pytest
from command_line import tcm as run_tcm
from hostile_text import CODE, HOSTILE, assert_same_code, code
from hypothesis import example, given
from hypothesis import strategies as st
from pt2_archives import PROGRAM, altered, save_program
from torch import nn, ones

import torch_cortex_m as tcm
from torch_cortex_m import TcmError
from torch_cortex_m.commands.profile import report_table
from torch_cortex_m.commands.terminal import terminal
from torch_cortex_m.errors import warn
from torch_cortex_m.generate.generate import generate
from torch_cortex_m.ir import Graph, GraphError, Port, Quantization, TensorType, verify
from torch_cortex_m.model.report import LayerReport, Report
from torch_cortex_m.ops.requantize.op import Requantize
from torch_cortex_m.target import HOST
from torch_cortex_m.text import LONGEST_COMMENT, LONGEST_LINE, comment_text, one_line, printable

ANY_TEXT = st.one_of(
    st.text(),
    st.text("*/\\?\n\r =a", max_size=30),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Lo", "Mn"])),
    st.integers(0, 3 * LONGEST_COMMENT).map(lambda length: "x" * length),
)


def is_control(letter: str) -> bool:
    """Controls, surrogates, and what turns the direction of the text or ends a line."""
    kind, direction = unicodedata.category(letter), unicodedata.bidirectional(letter)
    turns = direction in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return kind in ("Cc", "Cf", "Cs", "Zl", "Zp") or turns


@given(ANY_TEXT)
@example("*\\")
@example("*\\/")
@example("x\\")
@example("??/")
def test_comment_text_cannot_leave_a_comment(text: str) -> None:
    result = comment_text(text)
    assert not any(part in result for part in ("*/", "/*", "??", "\n", "\r", "\\", '"', "'"))
    assert not any(is_control(letter) for letter in result)
    assert result.isascii()
    assert len(result) <= LONGEST_COMMENT
    assert code(f"/* {result} */ int after;") == ["x", "x", ";"]


@given(st.text("abcXYZ019 _.,:;()[]<>=+/@-", max_size=LONGEST_LINE))
def test_harmless_text_is_kept(text: str) -> None:
    assert comment_text(text) == one_line(text) == printable(text) == text


@given(ANY_TEXT)
def test_one_line_is_one_printable_line(text: str) -> None:
    result = one_line(text)
    assert not any(is_control(letter) for letter in result)
    assert len(result.splitlines()) <= 1
    assert len(result) <= LONGEST_LINE
    assert one_line(result) == result


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_message_shows_text_as_what_it_is(what: str, where: str, got: str) -> None:
    message = str(TcmError(what, where=where, got=got, hint="hint"))
    assert not any(is_control(letter) for letter in message.replace("\n", ""))
    own = [line for line in message.split("\n")[1:] if not line.startswith("    ")]
    assert [line.split(":")[0] for line in own] == ["  where", "  got", "  what to do"]


def test_a_warning_shows_text_as_what_it_is() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn("x\x1b[2J\u202e")
    assert str(caught[0].message) == "x\\x1b[2J\\u202e"


def named_graph(name: str, source: str) -> Graph:
    """A graph of one layer between an input and an output, all with names and places like these."""
    graph = Graph("model")
    type_ = TensorType((1, 4), "int8", Quantization(0.5, 0))
    value = graph.add_input(name, type_)
    value = graph.add_node(
        Requantize(multiplier=1 << 30, shift=0),
        (value,),
        f"{name}.result",
        quantization=Quantization(0.5, 0),
        source=source,
    )
    graph.outputs.append(Port(value, (1, 4)))
    verify(graph)
    return graph


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_places_of_a_graph_stay_text_in_the_c(text: str, tmp_path: Path) -> None:
    files = dict(generate(named_graph(text, text), HOST).program.files)
    assert_same_code(files, generate(named_graph("x", "m.py:1"), HOST).program.files)
    assert "taken_over" in files["model.c"], "the text has not reached the file at all"
    if shutil.which("gcc") is None:
        return
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wbidi-chars=any", "-Werror"]
    subprocess.run(["gcc", *flags, "-c", "model.c", "-o", "model.o"], cwd=tmp_path, check=True)
    symbols = subprocess.run(
        ["nm", "--defined-only", "model.o"], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert " taken_over" not in symbols


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_a_graph_stay_text_on_the_terminal(text: str) -> None:
    value = named_graph(text, text).nodes[0].output
    layer = LayerReport(value, "linear", "linear_s8__ref", 1, 1)
    report = Report(HOST.name, (layer,), 0, 0, 0)
    with io.StringIO() as file:
        console = terminal()
        console.file, console.width = file, 4000
        console.print(report_table(report))
        table = file.getvalue()
    for shown in (table, str(report)):
        assert value in shown
        assert not any(is_control(letter) for letter in shown.replace("\n", ""))


def test_a_graph_with_a_name_that_is_no_line_is_refused() -> None:
    for name in ("a\nb", "a\x1b", "a\u202eb"):
        graph = Graph("model")
        graph.types[name] = TensorType((1,), "int8", Quantization(0.5, 0))
        graph.inputs.append(Port(name, (1,)))
        graph.outputs.append(Port(name, (1,)))
        with pytest.raises(GraphError, match="printable"):
            verify(graph)


def test_long_names_stay_different() -> None:
    graph = Graph("model")
    type_ = TensorType((1,), "int8", Quantization(0.5, 0))
    names = [graph.add_input("x" * 100_000, type_) for _ in range(3)]
    assert len(set(names)) == 3
    assert max(map(len, names)) < 2 * LONGEST_LINE


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    return save_program(model, (ones(2, 4),), tmp_path_factory.mktemp("pt2") / "model.pt2")


def with_places(path: Path, text: str) -> Path:
    """The program as if ``text`` were the name of its source file and of its modules."""

    def change(data: Any) -> None:
        for node in data["graph_module"]["graph"]["nodes"]:
            node["metadata"]["stack_trace"] = f'  File "{text}", line 3, in forward\n'
            path = text.translate(dict.fromkeys(map(ord, ",;[]()")))  # as the format splits
            node["metadata"]["nn_module_stack"] = f"L,{path},torch.nn.modules.linear.Linear"

    return altered(path, PROGRAM, change)


@pytest.mark.filterwarnings("ignore::torch_cortex_m.errors.TcmWarning")
@pytest.mark.parametrize("text", [text for text in HOSTILE if '"' not in text])
def test_a_program_with_hostile_places_compiles_to_the_same_code(program: Path, text: str) -> None:
    hostile = tcm.compile(with_places(program, text.replace("\udce9", "\\udce9")))
    harmless = tcm.compile(with_places(program, "m.py"))
    assert "taken_over" in hostile.generated.program.files["model.c"]
    assert_same_code(hostile.generated.program.files, harmless.generated.program.files)
    assert not any(is_control(letter) for letter in str(hostile.report).replace("\n", ""))


def test_an_error_shows_hostile_places_as_text(tmp_path: Path) -> None:
    path = save_program(
        nn.Sequential(nn.Conv3d(1, 1, 1)), (ones(1, 1, 2, 2, 2),), tmp_path / "model.pt2"
    )
    for text in HOSTILE[2], HOSTILE[9]:
        place = with_places(path, text.replace("/", ""))
        result = run_tcm("compile", place, "-o", tmp_path / "out")
        assert result.returncode == 2
        assert CODE in result.stderr
        assert not [line for line in result.stderr.split("\n") if line.startswith(CODE)]
        assert not any(is_control(letter) for letter in result.stderr.replace("\n", ""))
