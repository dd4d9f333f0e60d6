"""Projects for other build systems: complete, compiled where a compiler is here, and exact."""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from shipped_projects import STRICT, compile_with, model_for, project, write_stubs

from torch_cortex_m import CompiledModel, TcmError, __version__
from torch_cortex_m.commands import ship_folder
from torch_cortex_m.ship import KINDS, project_files, write_project
from torch_cortex_m.version import release_of

CALLS = 3
MANIFESTS = {"tcm-project.json", "tcm-manifest.json"}
SLOW = pytest.mark.slow


def results(program: Path) -> list[int]:
    result = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60)
    return list(map(int, result.stdout.split()))


def expected(model: CompiledModel) -> list[int]:
    """Of calls with inputs 0, 4, 8, ... in a row, that begin anew after the last: all outputs."""
    inputs = [np.full((1, 4, 3, 4), 4 * call, np.int8) for call in range(CALLS)]
    outputs = [
        *model.run_arrays([np.concatenate(inputs)], on="host", raw=True),
        *model.run_arrays([inputs[0]], on="host", raw=True),
    ]
    calls = [out[call].reshape(-1) for call in range(CALLS) for out in outputs[:2]]
    return np.concatenate([*calls, *(out.reshape(-1) for out in outputs[2:])]).tolist()


CPP_MAIN = """
#include <cstdio>
#include "net_1.hpp"
static net_1_model::Net1 model;
template <typename A> static void show(const A *data, int count)
{
    for (int i = 0; i < count; ++i) std::printf("%d ", static_cast<int>(data[i]));
}
static void call(int value)
{
BODY
}
int main()
{
    for (int i = 0; i < CALLS; ++i) call(4 * i);
    model.reset();
    call(0);
}
"""
CPP_BODY = {
    "caller": """
    net_1_model::input_x_t input;
    net_1_model::output_conv_t first;
    net_1_model::output_maximum_t second;
    input.fill(static_cast<std::int8_t>(value));
    if (model.run(input, first, second) != 0) std::printf("error ");
    show(first.data(), 72); show(second.data(), 48);""",
    "arena": """
    for (int i = 0; i < 48; ++i) model.input_x()[i] = static_cast<std::int8_t>(value);
    if (model.run() != 0) std::printf("error ");
    show(model.output_conv(), 72); show(model.output_maximum(), 48);""",
}
RUST_MAIN = """
extern crate net_1_model;
fn show(data: &[i8]) { for each in data { print!("{} ", each); } }
fn call(model: &mut net_1_model::Net1, value: i8) {
BODY
}
fn main() {
    let mut model = net_1_model::Net1::new();
    for i in 0..CALLS { call(&mut model, 4 * i); }
    model.reset();
    call(&mut model, 0);
}
"""
RUST_BODY = {
    "caller": """
    let (mut first, mut second) = ([0; 72], [0; 48]);
    model.run(&[value; 48], &mut first, &mut second).unwrap();
    show(&first); show(&second);""",
    "arena": """
    *model.input_x() = [value; 48];
    model.run().unwrap();
    show(&model.output_conv()[..]); show(&model.output_maximum()[..]);""",
}


def main_of(text: str, bodies: dict[str, str], model: CompiledModel) -> str:
    body = bodies[model.generated.preferences.io]
    return text.replace("BODY", body).replace("CALLS", str(CALLS))


@pytest.mark.parametrize("io", ["caller", pytest.param("arena", marks=SLOW)])
def test_the_class_of_cpp_computes_the_same(io: str, tmp_path: Path) -> None:
    host = model_for("host", io)
    folder = project(host, "make", tmp_path)
    (folder / "main.cpp").write_text(main_of(CPP_MAIN, CPP_BODY, host))
    compile_with("gcc", ["-O1", "-c", "net_1.c", "weights.c"], folder)
    flags = ["-std=c++17", *STRICT, "-Wconversion", "main.cpp", "net_1.o", "weights.o"]
    compile_with("g++", [*flags, "-o", "main"], folder)
    assert results(folder / "main") == expected(host)


@pytest.mark.parametrize("io", ["arena", pytest.param("caller", marks=SLOW)])
def test_the_crate_computes_the_same(io: str, tmp_path: Path) -> None:
    """Without cargo, which would fetch the crate that calls the compiler of C."""
    host = model_for("host", io)
    folder = project(host, "rust", tmp_path)
    (folder / "main.rs").write_text(main_of(RUST_MAIN, RUST_BODY, host))
    edition = ["--edition", "2021", "-D", "warnings"]
    library = ["--crate-type", "rlib", "--crate-name", "net_1_model", "src/lib.rs"]
    compile_with("rustc", [*edition, *library, "-o", "libnet_1_model.rlib"], folder)
    compile_with("gcc", ["-O1", "-c", "c/net_1.c", "c/weights.c"], folder)
    links = ["-L", ".", "-C", "link-arg=net_1.o", "-C", "link-arg=weights.o"]
    compile_with("rustc", [*edition, "main.rs", *links, "-o", "main"], folder)
    assert results(folder / "main") == expected(host)


@pytest.mark.parametrize("io", ["caller", pytest.param("arena", marks=SLOW)])
def test_the_sample_of_zephyr_is_compiled_for_the_core(io: str, tmp_path: Path) -> None:
    model = model_for("cortex-m4", io)
    flags = [*model.target.flags, *STRICT, "-c", "-o", "example.o", f"-I{write_stubs(tmp_path)}"]
    zephyr = project(model, "zephyr", tmp_path)
    compile_with("arm-none-eabi-gcc", [*flags, "-Isrc", "sample/src/main.c"], zephyr)


@SLOW
def test_make_builds_a_library(tmp_path: Path) -> None:
    folder = project(model_for("cortex-m4"), "make", tmp_path)
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    compile_with("make", [], folder)
    assert (folder / "libnet_1.a").exists()


@pytest.mark.parametrize("io", ["arena", pytest.param("caller", marks=SLOW)])
def test_the_class_is_compiled_for_the_core(io: str, tmp_path: Path) -> None:
    model = model_for("cortex-m4", io)
    folder = project(model, "make", tmp_path)
    flags = [*model.target.flags, "-std=c++17", "-fsyntax-only"]
    (folder / "library.cpp").write_text("#if !__has_include(<array>)\n#error none\n#endif\n")
    (folder / "use.cpp").write_text('#include "net_1.hpp"\nstatic net_1_model::Net1 net;\n')
    try:
        compile_with("arm-none-eabi-g++", [*flags, "library.cpp"], folder)
    except AssertionError:
        pytest.skip("libstdc++-arm-none-eabi-newlib is not installed")
    compile_with("arm-none-eabi-g++", [*flags, *STRICT, "-Wno-unused-variable", "use.cpp"], folder)


READERS: dict[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".pdsc": xml.etree.ElementTree.fromstring,
    ".xml": xml.etree.ElementTree.fromstring,
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_project_is_complete(kind: str) -> None:
    model = model_for("cortex-m4")
    files = project_files(model.generated, kind, "1.2.3")
    emitted = [name for name in model.generated.program.files if name.endswith((".c", ".h"))]
    assert {Path(name).name for name in files} > {*emitted, "net_1.hpp"}
    for name, text in files.items():
        assert "{{" not in text, name
        assert "PREFIX" not in name
        READERS.get(Path(name).suffix, str)(text)
    described = "".join(text for name, text in files.items() if not name.endswith((".c", ".h")))
    assert "net_1" in described


def test_a_pack_is_for_a_core_that_cmsis_knows() -> None:
    cores = {"cortex-m0plus": ["Cortex-M0+"], "cortex-m55": ["Cortex-M55"], "host": []}
    for target, expected in cores.items():
        files = project_files(model_for(target).generated, "cmsis-pack", "1.2.3")
        root = xml.etree.ElementTree.fromstring(files["TorchCortexM.net_1.pdsc"])
        assert [each.get("Dcore") for each in root.iter("require")] == expected
        conditions = {each.get("id") for each in root.iter("condition")}
        assert {each.get("condition") for each in root.iter("component")} == (conditions or {None})


def test_settings_are_what_eclipse_reads() -> None:
    """Of a section with this name, languages by their ids, and paths that begin at the workspace
    (org.eclipse.cdt.internal.ui.wizards.settingswizards of Eclipse CDT). There the headers are."""
    files = project_files(model_for("cortex-m4").generated, "cubeide", "1.2.3")
    root = xml.etree.ElementTree.fromstring(files["net_1_paths.xml"])
    (section,) = root.findall("section")
    wizards = "org.eclipse.cdt.internal.ui.wizards.settingswizards"
    assert (root.tag, section.get("name")) == ("cdtprojectproperties", f"{wizards}.IncludePaths")
    languages = {each.get("id"): each for each in section.findall("language")}
    assert {*languages} == {"org.eclipse.cdt.core.gcc", "org.eclipse.cdt.core.g++"}
    for language in languages.values():
        (path,) = language.findall("includepath")
        assert (path.get("workspace_path"), path.text) == ("true", "/${ProjName}/net_1")
    assert {"net_1.h", "net_1.hpp", "net_1.c", "weights.c"} < {*files}


def test_what_cannot_be_a_project(tmp_path: Path) -> None:
    model = model_for("cortex-m4")
    with pytest.raises(TcmError, match="unknown kind of project"):
        project_files(model.generated, "bazel", "1.2.3")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "mine.c").write_text("")
    with pytest.raises(TcmError, match="choose another folder") as caught:
        write_project({"a": ""}, foreign)
    assert caught.value.what == "the output folder holds other files"
    assert [path.name for path in foreign.iterdir()] == ["mine.c"]
    with pytest.raises(TcmError, match="cannot write the output folder"):
        write_project({"a": ""}, foreign / "mine.c" / "x")


def test_a_version_of_its_own(tmp_path: Path) -> None:
    """Everywhere where the default would stand, and nowhere else."""
    saved = model_for("cortex-m4").save(tmp_path / "out")
    shipped = {kind: [tmp_path / f"{kind}{place}" for place in range(2)] for kind in KINDS}
    places = {"arduino": 1, "cmsis-pack": 2, "platformio": 1, "rust": 1}
    for kind, (given, default) in shipped.items():
        if kind not in places:
            with pytest.raises(TcmError, match="has no version"):
                ship_folder(saved, kind, given, "7.8.9-rc.1")
            continue
        ship_folder(saved, kind, given, "7.8.9-rc.1")
        ship_folder(saved, kind, default)
        before, after = texts(default), texts(given)
        del before["tcm-manifest.json"], after["tcm-manifest.json"]
        assert "".join(after.values()).count("7.8.9-rc.1") == places[kind]
        version = release_of(__version__)
        assert {n: t.replace("7.8.9-rc.1", version) for n, t in after.items()} == before


@pytest.mark.parametrize(
    "version", ["", "1.2", "v1.2.3", "1.02.3", "1.2.3\n", "1.2.3 ", "1.2.3-", "1.2.3-01", "<1.2.3"]
)
def test_what_is_no_version(version: str, tmp_path: Path) -> None:
    with pytest.raises(TcmError, match="three numbers") as error:
        ship_folder(tmp_path, "rust", tmp_path / "new", version)
    assert "1.2.3" in str(error.value.expected)
    assert not (tmp_path / "new").exists()


def texts(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_a_project_that_was_written_is_replaced(tmp_path: Path) -> None:
    """By another kind, too: files of the first go, with their folders; those of others stay."""
    folder = write_project({"a": "1", "old/deep/b": "1", "both/c": "1"}, tmp_path / "x")
    (folder / "both" / "mine").write_text("mine")
    write_project({"a": "2", "new/d": "2"}, folder)
    expected = {"a": "2", "new/d": "2", "both/mine": "mine"}
    assert {k: v for k, v in texts(folder).items() if k not in MANIFESTS} == expected
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["both", "new"]


@pytest.mark.parametrize("way", ["folder", "file", "link"])
def test_what_is_in_the_way_stays_and_nothing_is_written(way: str, tmp_path: Path) -> None:
    folder = write_project({"a": "1"}, tmp_path / "x")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b").write_text("mine")
    if way == "link":
        (folder / "new").symlink_to(elsewhere)
    elif way == "file":
        (folder / "new").write_text("mine")
    else:
        (folder / "new" / "b").mkdir(parents=True)
    before = texts(tmp_path)
    with pytest.raises(TcmError, match="something is in the way") as caught:
        write_project({"a": "2", "new/b": "2"}, folder)
    assert str(caught.value.where).startswith(str(folder / "new"))
    assert texts(tmp_path) == before
    assert not list(folder.glob(".tcm-*"))


def test_a_list_of_files_reaches_nothing_outside(tmp_path: Path) -> None:
    """Whoever wrote it: not by names, and not by links."""
    for name in ("beside", "linked/b"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    folder = write_project({"a": "1"}, tmp_path / "x")
    (folder / "link").symlink_to(tmp_path / "linked")
    listed = ["../beside", str(tmp_path / "beside"), "link/b", "", ".", "..", "a"]
    (folder / "tcm-project.json").write_text(json.dumps({"files": listed}))
    write_project({"c": "2"}, folder)
    assert (tmp_path / "beside").exists()
    assert (tmp_path / "linked" / "b").exists()
    assert not (folder / "a").exists()


@pytest.mark.parametrize("exists", [False, True])
def test_nothing_half_written_is_left(exists: bool, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    if exists:
        folder.mkdir()
    with pytest.raises(TcmError, match="cannot write the output folder"):
        write_project({"a": "", "a/b": ""}, folder)
    assert folder.exists() == exists
    assert list(tmp_path.rglob("*")) == ([folder] if exists else [])


def test_the_command(tmp_path: Path) -> None:
    saved = model_for("cortex-m4").save(tmp_path / "out")
    ship_folder(saved, "arduino", tmp_path / "new")
    assert (tmp_path / "new" / "library.properties").exists()
    ship_folder(saved, "arduino", tmp_path / "new")
    with pytest.raises(TcmError, match="holds other files"):
        ship_folder(saved, "arduino", saved)
    (saved / "net_1.c").write_text("edited")
    with pytest.raises(TcmError, match="does not hold what tcm wrote there"):
        ship_folder(saved, "arduino", tmp_path / "new")
    with pytest.raises(TcmError, match="unknown kind of project"):
        ship_folder(tmp_path / "nothing", "bazel", tmp_path / "new")
