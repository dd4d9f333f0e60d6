"""A user's C function for one layer of one model: it computes the layer, or is refused."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import needs_emulator
from small_graphs import Builder
from test_docs import ROOT, write_files
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m import CompiledModel, TcmError
from torch_cortex_m.cli import app
from torch_cortex_m.commands import verify_folder
from torch_cortex_m.errors import TcmWarning
from torch_cortex_m.generate import (
    LEAST,
    Generated,
    Preferences,
    generate,
    own_kernels_of,
    read_kernels,
)
from torch_cortex_m.ir import Graph
from torch_cortex_m.model import known_kernels, own_check
from torch_cortex_m.model.own_check import checked_kernels
from torch_cortex_m.ops import definition
from torch_cortex_m.ship import link_models
from torch_cortex_m.target import find_target

PAGE = ROOT / "docs" / "custom-operators.md"
REFERENCE = (definition("linear").folder / "linear_s8__ref.h").read_text()
MINE = REFERENCE.replace("linear_s8__ref", "fc_s8__mine").replace("LINEAR_S8__REF", "FC_S8__MINE")
SAMPLES = tuple((torch.randn(1, 6, generator=torch.Generator().manual_seed(i)),) for i in range(4))
GIVEN = {"second": "fc_s8__mine.h:fc_s8__mine"}


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(6, 4), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(x).relu())


def compiled(
    kernel: Mapping[str, str] = GIVEN, target: str = "cortex-m4", **options: Any
) -> CompiledModel:
    options = {"calibration": SAMPLES, "kernel": kernel, **options}
    return tcm.compile(Two(), SAMPLES[0], target=target, **options)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which has the header."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(known_kernels, "_known", set[str]())
    Path("fc_s8__mine.h").write_text(MINE)
    return tmp_path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> CompiledModel:
    header = tmp_path_factory.mktemp("own") / "fc_s8__mine.h"
    header.write_text(MINE)
    found = compiled({"second": f"{header}:fc_s8__mine"})
    header.unlink()
    return found


def kernels(found: CompiledModel) -> dict[str, str]:
    return {layer.name: layer.kernel for layer in found.report.layers}


def test_it_computes_its_layer_alone(model: CompiledModel) -> None:
    assert kernels(model)["second"] == "fc_s8__mine" != kernels(model)["first"]
    assert model.generated.program.files["fc_s8__mine.h"] == MINE
    host = model.runner("host").programs[0]
    assert [layer.kernel for layer in host.layers][1] == "fc_s8__mine"
    assert model.verify(on="host", layers=True) > 0


def test_the_report_names_it_and_who_checked_it(model: CompiledModel) -> None:
    line = "second: fc_s8__mine of fc_s8__mine.h, equal to the reference on the host"
    assert f"kernel of your own: {line}" in str(model.report)
    document = model.report.document(curves=False)
    assert [layer["kernel"] for layer in document["layers"]][1] == "fc_s8__mine"
    (own,) = document["preferences"]["own_kernels"]
    assert (own["layer"], own["checked"][0]) == ("second", "host")


def test_a_folder_needs_the_header_no_more(model: CompiledModel) -> None:
    known_kernels.remember(model.generated.preferences.own_kernels)
    loaded = tcm.load(model.save("out"))
    assert loaded.generated.program == model.generated.program
    assert loaded.report == model.report
    assert loaded.generated.preferences == model.generated.preferences
    Path("fc_s8__mine.h").unlink()
    verify_folder(Path("out"), None, 1, 0, ["host"], layers=False)
    Path("out/fc_s8__mine.h").write_text(MINE + "\n")
    with pytest.raises(TcmError, match=r"(?s)does not hold what tcm wrote.*fc_s8__mine\.h"):
        verify_folder(Path("out"), None, 1, 0, ["host"], layers=False)


def test_c_of_others_does_not_run_unasked(
    model: CompiledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.save("out")
    with pytest.raises(TcmError, match=r"(?s)not compiled yet.*out/fc_s8__mine\.h.*it will run"):
        tcm.load("out")
    monkeypatch.setenv(known_kernels.VARIABLE, "1")
    assert kernels(tcm.load("out"))["second"] == "fc_s8__mine"


def test_a_kernel_that_was_given_here_is_known_in_other_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled().save("out")
    monkeypatch.setattr(known_kernels, "_known", set[str]())
    assert kernels(tcm.load("out"))["second"] == "fc_s8__mine"


def test_it_wins_over_measurements_and_budgets(model: CompiledModel) -> None:
    assert kernels(compiled(optimize="size", ram="min"))["second"] == "fc_s8__mine"
    assert "fc_s8__mine" not in kernels(compiled({})).values(), "nothing stays registered"


def test_patterns_name_several_layers() -> None:
    assert set(kernels(compiled({"*": GIVEN["second"]})).values()) == {"fc_s8__mine"}


def test_the_last_pattern_that_matches_counts() -> None:
    Path("other_s8__mine.h").write_text(MINE.replace("fc_s8__mine", "other_s8__mine"))
    given = {"*": GIVEN["second"], "second": "other_s8__mine.h:other_s8__mine"}
    assert kernels(compiled(given))["second"] == "other_s8__mine"


OTHERS = re.sub(r"int32_t (?:rows|weight_offset),\s+", "", MINE)
ONE_ROW = re.sub(r"\b(?:rows|weight_offset)\b", lambda name: "01"["r" in name[0]], OTHERS)


def test_what_a_kernel_knows_need_be_no_parameter() -> None:
    Path("fc_s8__mine.h").write_text("// one row\n" + ONE_ROW)
    assert "rows" not in ONE_ROW
    assert kernels(compiled())["second"] == "fc_s8__mine"


WRONG: dict[str, tuple[tuple[str, str], list[str]]] = {
    "result": (
        ("bias[feature] : 0", "bias[feature] + 999 : 0"),
        ["differs from the reference on the host", "layer 'second', fc_s8__mine.h:fc_s8__mine"],
    ),
    "extremes": (
        ("sum += (", "sum += values[0] == 127 && values[2] == 127 && values[3] == 127 ? 5 : ("),
        ["differs from the reference on the host", "sample 7 of 10"],
    ),
    "beyond": (
        ("i < input_features", "i <= input_features"),
        ["does not run on the host", "AddressSanitizer", "inside of its tensors"],
    ),
    "undefined": (
        ("int32_t sum = ", "int32_t sum = INT32_MAX; sum += features_of(sum); sum = "),
        ["does not run on the host", "signed integer overflow"],
    ),
    "unwritten": (
        ("*output++ = ", "if (feature == 1) { output++; continue; } *output++ = "),
        ["does not run on the host", "depend on where the buffers are"],
    ),
    "nonsense": (("int32_t sum", "int sum sum"), ["cannot be compiled", "expected: C11 for host"]),
    "type": (("int8_t *input", "int16_t *input"), ["'input'", "expected: const int8_t *"]),
    "scalar": (("int32_t rows", "float rows"), ["parameter 'rows'", "another type", "int32_t"]),
    "unknown": (("int32_t rows", "int32_t row"), ["which linear has not", "did you mean rows?"]),
    "scratch": (("int8_t *output", "int8_t *scratch"), ["'scratch'", "let it take some stack"]),
    "missing": (("int8_t *output, ", ""), ["has no parameter 'output'", "input, output"]),
    "unread": (("int32_t rows", "int32_t rows[]"), ["cannot be read", "types and names"]),
    "macro": (("int32_t rows", "TCM_ROWS"), ["parameters of a kernel cannot be read", "TCM_ROWS"]),
    "returns": (("TCM_KERNEL void", "TCM_KERNEL int32_t"), ["returns something", "got: int32_t"]),
    "absent": (("fc_s8__mine(", "fc_s8__other("), ["has no kernel fc_s8__mine", "fc_s8__other?"]),
    "no_kernel": (("TCM_KERNEL", "static"), ["has no kernel", "no TCM_KERNEL"]),
    "twice": (
        ('#include "tcm.h"', '#include "tcm.h"\nTCM_KERNEL void fc_s8__mine(int8_t *output);'),
        ["more than one kernel fc_s8__mine", "2 of that name", "put #if inside"],
    ),
    "taken": (
        ('#include "tcm.h"', '#include "tcm.h"\nstatic int32_t tcm_requantize_s8(int32_t x);'),
        ["names that are taken", "got: tcm_requantize_s8"],
    ),
    "includes": (('"tcm.h"', '"mine.h"'), ["includes mine.h", "put what it has into the header"]),
}  # fmt: skip
"""What is changed in the header, and what is said then."""

HELPER = '#include "tcm.h"\n\nstatic int32_t features_of(int32_t sum) { return sum > 0; }'


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_header_is_said(name: str) -> None:
    (old, new), texts = WRONG[name]
    assert old in MINE
    changed = MINE.replace(old, new, 1)
    if "features_of" in new:
        changed = changed.replace('#include "tcm.h"', HELPER)
    Path("fc_s8__mine.h").write_text(changed)
    with pytest.raises(TcmError) as caught:
        compiled(target="host")
    for text in texts:
        assert text in str(caught.value)


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"secund": GIVEN["second"]}, ["no layer is called secund", "second", "tcm report"]),
        ({"second": "fc_s8__mine.h"}, ["a kernel is not understood", "FILE.h:FUNCTION"]),
        ({"second": 5}, ["a kernel is not understood", "got: 5"]),
        ({"second": "none__mine.h:fc_s8__mine"}, ["cannot be read", "no such file"]),
        ({"second": "mine.h:fc_s8__mine"}, ["does not fit", "mine__mine.h", "got: mine.h"]),
        ({"second": "fc_s8__mine.h:fc"}, ["does not fit", "fc__mine", "got: fc"]),
        ({"second": "linear_s8__ref.h:fc_s8__mine"}, ["names that are taken", "linear_s8__ref.h"]),
        ("second=fc_s8__mine.h:fc_s8__mine", ["not understood", "a dict of layers"]),
        (
            {**GIVEN, "first": "other/fc_s8__mine.h:fc_s8__mine"},
            ["two kernels have one name", "kernel first=", "as kernel second="],
        ),
    ],
)
def test_what_is_given_wrong_is_said(given: Any, texts: list[str]) -> None:
    for name in ("mine.h", "linear_s8__ref.h", "other/fc_s8__mine.h"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(MINE + "\n")
    with pytest.raises(TcmError) as caught:
        compiled(given)
    for text in texts:
        assert text in str(caught.value)


def test_the_other_argument_of_almost_that_name_is_named() -> None:
    with pytest.raises(TcmError, match=r"(?s)unknown kernels.*--kernel LAYER=FILE\.h:FUNCTION"):
        compiled({}, kernels=GIVEN)


FACTORY = """
from test_own_kernels import SAMPLES, Two

def build():
    return Two(), SAMPLES[0], SAMPLES
"""


def run_compile(*given: str) -> None:
    Path("model.py").write_text(FACTORY)
    options = [part for each in given for part in ("--kernel", each)]
    app(["compile", "model.py:build", "-o", "out", *options], standalone_mode=False)


def test_the_command_says_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    run_compile("second=fc_s8__mine.h:fc_s8__mine")
    line = "kernel of your own: second: fc_s8__mine of fc_s8__mine.h, equal to the reference"
    assert line in capsys.readouterr().out
    assert Path("out/fc_s8__mine.h").read_text() == MINE


def test_nothing_is_written_with_a_wrong_result() -> None:
    Path("fc_s8__mine.h").write_text(MINE.replace("bias[feature] : 0", "7 : 0"))
    with pytest.raises(TcmError) as caught:
        run_compile("second=fc_s8__mine.h:fc_s8__mine")
    for pattern in (
        r"layer 'second', fc_s8__mine\.h:fc_s8__mine, sample \d of 10, 'output', element \d of 3",
        r"expected: -?\d",
        r"got: -?\d",
        "mend the function",
    ):
        assert re.search(pattern, str(caught.value))
    assert not Path("out").exists()


@pytest.mark.parametrize("options", [["second"], ["a=b.h:c", "a=d.h:e"]])
def test_the_command_says_what_it_does_not_understand(options: list[str]) -> None:
    with pytest.raises(TcmError, match="a kernel is not understood") as caught:
        run_compile(*options)
    assert f"--kernel {options[-1]}" in str(caught.value)


# Memory and rows


COPY = """#include "tcm.h"
TCM_KERNEL void {name}({parameters}int8_t *output)
{{
{body}}}
"""


def own(graph: Graph, layer: str, name: str, text: str) -> tuple[Any, ...]:
    Path(f"{name}.h").write_text(text)
    return own_kernels_of(graph, read_kernels({layer: f"{name}.h:{name}"}))


def by_rows(found: Generated, layer: str) -> bool:
    """Whether the layer, or some columns of it, is in a region."""
    return any(n.partition(".")[0] == layer for r in found.plan.regions for n in r.nodes)


def test_its_layer_does_not_go_by_rows() -> None:
    build = Builder()
    value = build.input(1, 12, 4, 2)
    for index, filters in enumerate((16, 4, 3)):
        value = build.conv(value, filters, f"conv{index}")
    build.output(value)
    reference = (definition("conv2d").folder / "conv2d_s8__ref.h").read_text()
    text = re.sub("(?i)conv2d_s8__ref", "conv_s8__mine", reference)
    kernels = own(build.graph, "conv2", "conv_s8__mine", text)
    target = find_target("cortex-m4")
    free = generate(build.graph, target, preferences=Preferences(ram_bytes=LEAST))
    assert by_rows(free, "conv2"), "the test needs it there"
    preferences = Preferences(ram_bytes=LEAST, own_kernels=kernels)
    found = CompiledModel(generate(build.graph, target, preferences=preferences))
    assert found.generated.plan.regions
    assert not by_rows(found.generated, "conv2")
    assert found.generated.selection["conv2"].name == "conv_s8__mine"
    assert found.verify(on="host", layers=True)
    known_kernels.remember(kernels)
    assert tcm.load(found.save("out")).generated.program == found.generated.program


def test_a_kernel_that_joins_gets_all_that_it_joins() -> None:
    """Ours get no part that was computed in its place."""
    build = Builder()
    value = build.input(1, 2, 2, 4)
    build.output(build.node("concatenate", value, build.conv(value, 4), axis=1))
    node = build.graph.computing_nodes()[-1]
    first, second = node.op.tensor_names()[:2]
    body = "".join(
        f"    for (int32_t i = 0; i < 16; i++) output[{start} + i] = {name}[i];\n"
        for name, start in ((first, 0), (second, 16))
    )
    parameters = f"const int8_t *{first}, const int8_t *{second}, "
    text = COPY.format(name="join_s8__mine", parameters=parameters, body=body)
    host = find_target("host")
    kernels = checked_kernels(build.graph, host, own(build.graph, node.name, "join_s8__mine", text))
    found = CompiledModel(generate(build.graph, host, preferences=Preferences(own_kernels=kernels)))
    assert found.verify(on="host", layers=True)


# Several models


def test_models_with_kernels_of_one_name_do_not_meet(folder: Path) -> None:
    """In one process they may; in one folder a name means one thing."""
    changed = MINE.replace("int32_t sum =", "int32_t sum = 0; sum =")
    (folder / "fc_s8__mine.h").write_text(MINE)
    one, same = compiled(name="one").generated, compiled(name="same").generated
    (folder / "fc_s8__mine.h").write_text(changed)
    two = compiled(name="two").generated
    assert one.program.files["fc_s8__mine.h"] == MINE
    assert two.program.files["fc_s8__mine.h"] == changed
    linked = link_models({"one": one, "same": same}, "both")
    assert linked.files["fc_s8__mine.h"] == MINE
    assert linked.shared_functions == 2
    with pytest.raises(TcmError, match=r"(?s)own have one name.*fc_s8__mine\.h, as one has"):
        link_models({"one": one, "two": two}, "both")


def test_names_of_the_header_and_of_the_model_do_not_meet() -> None:
    Path("fc_s8__mine.h").write_text(MINE.replace('#include "tcm.h"', f"{HELPER}\n").replace(
        "features_of", "x"
    ))  # fmt: skip
    found = compiled(target="host")
    assert "const int8_t *x_2" in found.generated.program.files["model.h"]
    assert found.verify(on="host")


# What can check it


def test_inputs_stay_as_they_are() -> None:
    body, brace, rest = MINE.rpartition("}")
    change = "    ((int8_t *)(uintptr_t)input)[1] = 3;\n"
    Path("fc_s8__mine.h").write_text(body + change + brace + rest)
    with pytest.raises(TcmError, match=r"sample \d of 10, 'input', element 1 of"):
        compiled()


def test_what_nothing_can_check_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.warns(TcmWarning, match=r"nothing could compare.*'second'.*cc"):
        found = compiled()
    assert "NOT CHECKED against the reference" in str(found.report)
    advice = found.report.document(curves=False)["advice"]
    assert any("your own kernels of second" in each["what"] for each in advice)


def test_a_compiler_without_sanitizers_is_enough(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = folder / "plain-cc"
    compiler.write_text(
        '#!/bin/sh\ncase "$*" in *-fsanitize*) exit 1;; esac\nexec gcc "$@"\n', encoding="utf-8"
    )
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert "equal to the reference on the host" in str(compiled(target="host").report)


def test_other_c_for_a_core_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_check, "CORE_TOOLS", ("no-such-emulator",))
    Path("fc_s8__mine.h").write_text(f"#if 1\n{MINE}\n#endif\n")
    with pytest.warns(TcmWarning, match=r"on the host alone.*'second'.*no-such-emulator"):
        assert "on the host" in str(compiled().report)


FOR_A_CORE = MINE.replace("int32_t sum = ", '__asm__("nop.n"); int32_t sum = ')


@needs_emulator
def test_what_only_a_core_can_run_is_compared_there() -> None:
    Path("fc_s8__mine.h").write_text(FOR_A_CORE)
    found = compiled()
    assert "equal to the reference on the emulated core" in str(found.report)
    host = found.runner("host").programs[0]
    assert all(layer.kernel != "fc_s8__mine" for layer in host.layers)
    assert found.verify(on="host")
    assert "#error" in found.generated.program.files["model.c"]


@needs_emulator
def test_other_c_for_a_core_is_compared_there() -> None:
    wrong = "output_offset += (char)-1 > 0 ? 3 : 0;\n    for (int32_t row = 0"
    Path("fc_s8__mine.h").write_text(MINE.replace("    for (int32_t row = 0", wrong))
    with pytest.raises(TcmError, match="differs from the reference on the emulated core"):
        compiled()


@needs_emulator
def test_a_stack_that_is_full_is_said() -> None:
    large = "volatile int8_t large[40000];\n    for (int32_t i = 0; i < 40000; i++) {\n"
    large += "        large[i] = 1;\n    }\n    for (int32_t row = 0"
    Path("fc_s8__mine.h").write_text(MINE.replace("    for (int32_t row = 0", f"    {large}"))
    with pytest.raises(TcmError, match="the stack of the emulated core is full"):
        compiled()


# Folders from elsewhere


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("header", "../fc_s8__mine.h"),
        ("header", "other__mine.h"),
        ("function", "fc_s8__mine(); int x"),
        ("layer", "first.weight"),
        ("needs", ["mve"]),
        ("checked", ["\033[2J"]),
    ],
)
def test_a_folder_with_nonsense_is_damaged(model: CompiledModel, key: str, value: Any) -> None:
    plan = model.save("out") / "plan.json"
    data = json.loads(plan.read_text())
    data["preferences"]["own_kernels"][0][key] = value
    data["own_headers"]["../fc_s8__mine.h"] = MINE
    plan.write_text(json.dumps(data))
    with pytest.raises(TcmError, match="what tcm compile wrote is damaged"):
        tcm.load("out")


def test_the_example_of_the_page(folder: Path) -> None:
    write_files(PAGE, folder)
    build, samples, calibration = runpy.run_path("my_model.py")["build"]()
    given = {"second": "second_s8__mine.h:second_s8__mine"}
    found = tcm.compile(build, samples, target="host", calibration=calibration, kernel=given)
    assert kernels(found)["second"] == "second_s8__mine"
