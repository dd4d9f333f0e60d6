"""What the documentation of build systems demands of a project's files; without running these."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from shipped_projects import STRICT, compile_with, model_for, project, write_stubs

from torch_cortex_m.ship import project_files
from torch_cortex_m.target import CORES

# CMSIS-Toolbox: https://open-cmsis-pack.github.io/cmsis-toolbox/YML-Input-Format/#layer

LAYER = {"type", "description", "add-path", "groups"}
"""Of the nodes that a layer may have those that ours has."""


@pytest.mark.parametrize("prefix", ["net_1", "on"])
def test_a_layer_has_what_the_component_of_the_pack_has(prefix: str) -> None:
    """Paths begin at the layer, so that no pack has to be installed."""
    files = project_files(model_for("cortex-m4", prefix=prefix).generated, "cmsis-pack", "1.2.3")
    described = yaml.safe_load(files[f"{prefix}.clayer.yml"])
    assert {*described} == {"layer"}
    layer = described["layer"]
    assert {*layer} == LAYER
    assert all(isinstance(layer[name], str) for name in ("type", "description"))
    (group,) = layer["groups"]
    assert (group["group"], {*group}) == (prefix, {"group", "files"})
    assert all({*each} == {"file"} for each in group["files"])
    listed = [each["file"] for each in group["files"]]
    assert {*listed} <= {*files}
    pack = xml.etree.ElementTree.fromstring(files[f"TorchCortexM.{prefix}.pdsc"])
    of_pack = [(each.get("name"), each.get("category")) for each in pack.iter("file")]
    assert listed == [name for name, category in of_pack if category != "include"]
    folders = [f"{path}/" for path in layer["add-path"]]
    assert folders == [name for name, category in of_pack if category == "include"]


# Zephyr: https://docs.zephyrproject.org/latest/develop/modules.html, .../develop/test/twister.html
# and .../develop/application/index.html


@cache
def zephyr(target: str = "cortex-m3", prefix: str = "net_1") -> dict[str, str]:
    return project_files(model_for(target, prefix=prefix).generated, "zephyr", "1.2.3")


@pytest.mark.parametrize("prefix", ["net_1", "on"])
def test_the_module_names_files_that_exist(prefix: str) -> None:
    """And has a name also where YAML takes that for a truth value."""
    files = zephyr(prefix=prefix)
    module = yaml.safe_load(files["zephyr/module.yml"])
    assert {*module} == {"name", "build", "samples"}
    assert module["name"] == prefix
    assert {*module["build"]} == {"cmake", "kconfig"}
    assert f"{module['build']['cmake']}/CMakeLists.txt" in files
    assert module["build"]["kconfig"] in files
    assert all(f"{folder}/sample.yaml" in files for folder in module["samples"])


def test_one_symbol_of_kconfig_builds_the_library() -> None:
    files = zephyr()
    kconfig = files["zephyr/Kconfig"]
    assert re.findall(r"^config (\w+)$", kconfig, re.MULTILINE) == ["NET_1"]
    assert re.findall(r"^\t(\w+)", kconfig, re.MULTILINE) == ["bool", "depends", "help"]
    assert re.search(r"^\t  \S", kconfig, re.MULTILINE), "help is indented further"
    assert "CONFIG_NET_1=y" in files["sample/prj.conf"].splitlines()
    lines = files["zephyr/CMakeLists.txt"].split("\n")
    assert "if(CONFIG_NET_1)" in lines


def cmake_trace(script: str, folder: Path) -> list[tuple[str, list[str]]]:
    """The calls of functions that a CMakeLists.txt makes, by CMake itself: Zephyr's are stubs."""
    stubs = [
        f"function({name})\nendfunction()"
        for name in (
            "zephyr_library",
            "zephyr_library_sources",
            "zephyr_include_directories",
            "find_package",
            "project",
            "target_sources",
        )
    ]
    (folder / "trace.cmake").write_text(
        "\n".join(["set(CONFIG_NET_1 y)", *stubs, f"include({script})", ""])
    )
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    command = ["cmake", "--trace-expand", "--trace-format=json-v1", "-P", "trace.cmake"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    traced = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    calls = [each for each in traced if each.get("file", "").endswith("CMakeLists.txt")]
    return [(each["cmd"], each["args"]) for each in calls]


def test_cmake_reads_the_module_and_the_sample(tmp_path: Path) -> None:
    """The module makes one library of all sources; the sample adds it before it finds Zephyr."""
    folder = project(model_for("cortex-m3"), "zephyr", tmp_path)
    calls = dict(cmake_trace("zephyr/CMakeLists.txt", folder))
    names = [*calls]
    assert names.index("zephyr_library") < names.index("zephyr_library_sources")
    sources = {Path(path).resolve() for path in calls["zephyr_library_sources"]}
    assert sources == {*(folder / "src").glob("*.c")}
    (include,) = calls["zephyr_include_directories"]
    assert Path(include).resolve() == folder / "src"
    sample = dict(cmake_trace("sample/CMakeLists.txt", folder))
    order = ["cmake_minimum_required", "list", "find_package", "project", "target_sources"]
    assert [*sample] == order
    assert sample["list"][:2] == ["APPEND", "ZEPHYR_EXTRA_MODULES"]
    assert sample["find_package"][0] == "Zephyr"
    target, _, *own = sample["target_sources"]
    assert target == "app"
    assert all((folder / "sample" / source).exists() for source in own)


NODES_OF_A_TEST = {
    "tags",
    "platform_allow",
    "integration_platforms",
    "harness",
    "harness_config",
}


@pytest.mark.parametrize("target", ["cortex-m3", "cortex-m55"])
def test_twister_runs_the_sample_on_a_board_with_the_core(target: str) -> None:
    files = zephyr(target)
    described: dict[str, Any] = yaml.safe_load(files["sample/sample.yaml"])
    assert {*described} == {"sample", "tests"}
    assert {*described["sample"]} == {"name", "description"}
    ((scenario, test),) = described["tests"].items()
    assert re.fullmatch(r"\w+(\.\w+)+", scenario)
    assert {*test} == NODES_OF_A_TEST
    assert isinstance(test["tags"], str)
    assert all(re.fullmatch(r"[a-z0-9_]+(/[a-z0-9_]+)*", each) for each in test["platform_allow"])
    assert {*test["integration_platforms"]} <= {*test["platform_allow"]}
    assert test["harness"] == "console"
    assert test["harness_config"]["type"] == "one_line"
    (pattern,) = test["harness_config"]["regex"]
    (printed,) = re.findall(r'printk\("(.*)\\n"', files["sample/src/main.c"])
    assert re.fullmatch(pattern, printed.replace("%d", "0", 1).replace("%d", "-3") % 99)
    assert not re.fullmatch(pattern, printed.replace("%d", "1", 1).replace("%d", "-3") % 99)


def test_boards_are_of_one_core() -> None:
    listed = [board for core in CORES for board in boards(core)]
    assert len(listed) == len({*listed})
    assert boards("cortex-m3") == boards("host") == ["qemu_cortex_m3", "mps2/an385"]


def boards(target: str) -> list[str]:
    described = yaml.safe_load(zephyr(target)["sample/sample.yaml"])
    return described["tests"]["sample.net_1"]["platform_allow"]


@pytest.mark.parametrize(("target", "needed"), [("cortex-m4", False), ("cortex-m55", True)])
def test_the_sample_has_the_registers_of_vectors(target: str, needed: bool) -> None:
    """Without CONFIG_FPU Zephyr compiles with -mfloat-abi=soft, and the C stops with its error."""
    settings = zephyr(target)["sample/prj.conf"].splitlines()
    assert all(re.fullmatch(r"#.*|CONFIG_\w+=\S+", line) for line in settings)
    assert ("CONFIG_FPU=y" in settings) == needed


# Arduino: https://arduino.github.io/arduino-cli/latest/library-specification/

REQUIRED = [
    "name",
    "version",
    "author",
    "maintainer",
    "sentence",
    "paragraph",
    "category",
    "url",
    "architectures",
]
CATEGORIES = (
    "Display",
    "Communication",
    "Signal Input/Output",
    "Sensors",
    "Device Control",
    "Timing",
    "Data Storage",
    "Data Processing",
    "Other",
)
TOKENS = {"KEYWORD1", "KEYWORD2", "KEYWORD3", "LITERAL1", "LITERAL2"}


def arduino() -> dict[str, str]:
    return project_files(model_for("cortex-m4").generated, "arduino", "1.2.3")


def test_the_properties_of_the_library_are_all_there() -> None:
    files = arduino()
    lines = files["library.properties"].splitlines()
    properties = dict(line.split("=", 1) for line in lines)
    assert len(properties) == len(lines)
    assert all(properties[key].strip() for key in REQUIRED)
    assert {*properties} == {*REQUIRED, "includes"}
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]*", properties["name"])
    assert not properties["name"].lower().startswith("arduino")
    assert properties["version"] == "1.2.3"
    assert properties["category"] in CATEGORIES
    assert all(f"src/{name}" in files for name in properties["includes"].split(","))


def test_keywords_stand_before_a_single_tab() -> None:
    """And are names that the headers have."""
    files = arduino()
    headers = files["src/net_1.h"] + files["src/net_1.hpp"]
    for line in files["keywords.txt"].splitlines():
        word, token = line.split("\t")
        assert token in TOKENS
        assert re.search(rf"\b{word}\b", headers)


def test_an_example_is_a_folder_with_a_sketch_of_its_name() -> None:
    sketches = [Path(name) for name in arduino() if name.startswith("examples/")]
    assert sketches
    assert all(path.suffix == ".ino" and path.parent.name == path.stem for path in sketches)


ARDUINO_CORE = """
#include "Arduino.h"
void setup(); void loop();
void Port::begin(long) {} void Port::print(const char *) {} void Port::print(long) {}
void Port::println(unsigned long) {}
Port Serial; unsigned long micros() { return 0; } void delay(unsigned long) {}
int main() { setup(); for (;;) loop(); }
"""


@pytest.mark.parametrize("io", ["caller", "arena"])
def test_the_library_links_with_its_sketch(io: str, tmp_path: Path) -> None:
    """As the IDE builds it: all sources below src/ with that folder alone for #include, the sketch
    as C++, and a core that has main."""
    model = model_for("cortex-m4", io)
    library, stubs = project(model, "arduino", tmp_path), write_stubs(tmp_path)
    (tmp_path / "main.cpp").write_text(ARDUINO_CORE)
    flags = [*model.target.flags, *STRICT, "-Os", "-ffunction-sections", "-Isrc", "-c"]
    sources = sorted(path.relative_to(library).as_posix() for path in library.glob("src/**/*.c"))
    compile_with("arm-none-eabi-gcc", [*flags, *sources], library)
    cpp = [*flags, f"-I{stubs}", "-fno-exceptions", "-fno-rtti"]
    sketch = ["-include", "Arduino.h", "-x", "c++", "examples/Run/Run.ino"]
    compile_with("arm-none-eabi-g++", [*cpp, *sketch], library)
    compile_with("arm-none-eabi-g++", [*cpp, "../main.cpp"], library)
    objects = sorted(path.name for path in library.glob("*.o"))
    assert len(objects) == len(sources) + 2
    # Not by g++: the library of C++ may not be installed, and neither part calls it.
    link = [*model.target.flags, "--specs=nano.specs", "--specs=nosys.specs"]
    link += [*objects, "-Wl,--gc-sections", "-o", "sketch.elf"]
    compile_with("arm-none-eabi-gcc", link, library)
