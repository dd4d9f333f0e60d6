"""Operators and kernels from outside: of a distribution, where tests/plugin is installed as pip
does it, and of a folder, the one that docs/custom-operators.md shows."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch
from command_line import PROCESSES
from conftest import needs_emulator
from test_docs import ROOT, commands, write_files

import torch_cortex_m
from torch_cortex_m import TcmError, ops
from torch_cortex_m.emit.shipped import shipped_names
from torch_cortex_m.frontend.pytorch import patterns
from torch_cortex_m.frontend.tflite import builtins
from torch_cortex_m.ops import discovery

TESTS = Path(__file__).parent
SOURCE = Path(torch_cortex_m.__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed sample."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(TESTS / "plugin", folder / "source")
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", folder / "site"]
    subprocess.run([*command, folder / "source"], check=True)
    return folder / "site"


def python(
    *arguments: str | Path, site: Path, folders: str = ""
) -> subprocess.CompletedProcess[str]:
    """Python, where what ``site`` holds is installed; ``folders``: what TCM_OPERATORS names."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (site, SOURCE)))}
    environment[discovery.VARIABLE] = folders
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def tcm(command: str, *, site: Path) -> subprocess.CompletedProcess[str]:
    main = "from torch_cortex_m.cli import main; main()"
    return python("-c", main, command, site=site)


PYTEST = ("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider")

OURS = [
    "test_ops.py::test_every_case_on_the_host[{}]",
    "test_ops.py::test_every_case_on_every_core[{}-cortex-m4]",
    "test_random_layers.py::test_random_layers[{}-host]",
    "test_random_layers.py::test_kernels_compile_without_warnings[{}-cortex-m0-gcc]",
]
"""Tests of each of our operators, which are those of every operator that is installed."""


def test_operators_and_kernels_from_outside_are_as_exact_as_ours(site: Path) -> None:
    names = ["plugin_checks.py", "test_architecture.py::test_operator_folders_are_complete"]
    names += [name.format(operator) for name in OURS for operator in ("negate", "requantize")]
    result = python(*PYTEST, *(f"{TESTS / name}" for name in names), site=site)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_list_of_operators_has_those_from_outside(site: Path) -> None:
    result = tcm("ops", site=site)
    assert result.returncode == 0, result.stderr
    for text in ("negate", "negate_s8__ref", "requantize_s8__backwards"):
        assert text in result.stdout


def install(site: Path, name: str, files: Mapping[str, str], point: str = "") -> None:
    """A distribution as pip leaves it: its package, and its entry point."""
    metadata = {
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/entry_points.txt": f"[{discovery.GROUP}]\nits = {point or name}\n",
    }
    for path, text in (metadata | {f"{name}/{path}": text for path, text in files.items()}).items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)


OP = """
from dataclasses import dataclass
from torch_cortex_m.ops.base import Kernel, Op

@dataclass(frozen=True)
class Operator(Op):
    name = "{name}"
    tensors = ()

OP = Operator
KERNELS = []
"""
KERNEL = 'from torch_cortex_m.ops.base import Kernel\nKERNELS = [Kernel("{name}")]\n'

BROKEN: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "taken": (
        {"add/op.py": OP.format(name="add"), "add/reference.py": ""},
        "",
        ["an operator's name is taken", "another 'add', in torch_cortex_m.ops"],
    ),
    "misnamed": (
        {"invert/op.py": OP.format(name="reverse"), "invert/reference.py": ""},
        "",
        ["invert/op.py does not fit", "'invert'", "got: reverse"],
    ),
    "no_operator": (
        {"invert/op.py": "OP = 5\nKERNELS = []\n"},
        "",
        ["invert/op.py does not fit", "OP, an Op", "got: 5"],
    ),
    "no_reference": (
        {"invert/op.py": OP.format(name="invert")},
        "",
        ["'invert' is not complete", "invert/reference.py"],
    ),
    "no_kernels": (
        {"add/kernels.py": "KERNELS = ['add']\n"},
        "",
        ["add/kernels.py does not fit", "KERNELS, a list of Kernel", "got: ['add']"],
    ),
    "no_header": (
        {"add/kernels.py": KERNEL.format(name="add_s8__fast")},
        "",
        ["kernel 'add_s8__fast' has no header", "add/add_s8__fast.h"],
    ),
    "unknown": (
        {
            "invert/kernels.py": KERNEL.format(name="invert_s8__fast"),
            "invert/invert_s8__fast.h": "",
        },
        "",
        ["kernels have no operator", "got: invert"],
    ),
    "same_header": (
        {"add/kernels.py": KERNEL.format(name="add_s8__ref"), "add/add_s8__ref.h": ""},
        "",
        ["two headers have one name", "add_s8__ref.h"],
    ),
    "short_header": (
        {"add/kernels.py": "KERNELS = []", "add/weights.h": ""},
        "",
        ["the name of a header does not fit", "two underscores", "got: weights.h"],
    ),
    "failing": (
        {"add/kernels.py": "raise ValueError('first\\nsecond')"},
        "",
        ["importing 'failing.add.kernels' failed", "got: ValueError: first"],
    ),
    "missing": (
        {},
        "nowhere_at_all",
        ["importing 'nowhere_at_all' failed", "got: ModuleNotFoundError: No module named"],
    ),
    "attribute": ({"__init__.py": ""}, "attribute:it", ["importing 'attribute:it' failed"]),
    "module": ({"inner.py": ""}, "module.inner", ["'module.inner' is no package", "got: a module"]),
}
"""Distribution -> its package's files, the value of its entry point, what the error says."""


def discover(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first use of an operator finds, where what ``site`` holds is installed."""
    monkeypatch.syspath_prepend(site)
    for name in ("packages", "headers", "definitions"):
        monkeypatch.setattr(discovery, name, getattr(discovery, name).__wrapped__)
    discovery.definitions()


@pytest.mark.parametrize("name", BROKEN)
def test_a_distribution_with_defects_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, point, texts = BROKEN[name]
    install(tmp_path, name, files, point)
    with pytest.raises(TcmError) as caught:
        discover(tmp_path, monkeypatch)
    where = f"{name}, entry point 'its'"
    for text in (*texts, "operators from outside", where, "expected: ", "uninstall or update"):
        assert text in str(caught.value)


def test_two_distributions_may_not_have_one_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first_one", "second_one"):
        header = {"add/kernels.py": KERNEL.format(name="add_s8__fast"), "add/add_s8__fast.h": ""}
        install(tmp_path, name, header)
    with pytest.raises(TcmError, match=r"(?s)second_one, entry point.*beside.*first_one"):
        discover(tmp_path, monkeypatch)


def test_two_operators_may_not_stand_for_one_of_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    relu = torch.ops.aten.relu.default
    (pattern,) = (pattern for pattern in patterns.patterns() if relu in pattern.targets)
    monkeypatch.setattr(patterns, "_by_target", lambda: {relu: [pattern, pattern]})
    with pytest.raises(TcmError, match=r"(?s)aten\.relu\.default.*ops\.requantize\.frontend and"):
        patterns.pattern_of(torch.fx.Graph().call_function(relu))


def test_two_operators_may_not_stand_for_one_of_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "definitions", lambda: ["softmax", "softmax"])
    with pytest.raises(TcmError, match=r"(?s)SOFTMAX.*ops\.softmax\.tflite and"):
        builtins.builtins.__wrapped__()


def test_commands_that_need_no_operators_work_beside_defects(tmp_path: Path) -> None:
    install(tmp_path, "broken", {"__init__.py": "raise ValueError('broken')"})
    assert tcm("--help", site=tmp_path).returncode == 0
    assert "broken" not in tcm("doctor", site=tmp_path).stderr
    result = tcm("ops", site=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("tcm: error: operators from outside cannot be used")
    assert "Traceback" not in result.stderr


def test_a_package_from_outside_may_import_torch(site: Path, tmp_path: Path) -> None:
    """torch_cortex_m registers all operators as soon as torch has been imported."""
    shutil.copytree(site, tmp_path / "site")
    (tmp_path / "site" / "sample_operators" / "__init__.py").write_text("import torch\n")
    code = "import torch_cortex_m, torch; print(torch.ops.tcm.negate.default)"
    for command in (("-c", code), ("-c", "from torch_cortex_m.cli import main; main()", "ops")):
        result = python(*command, site=tmp_path / "site")
        assert "negate" in result.stdout, result.stderr


PAGE = ROOT / "docs" / "custom-operators.md"


def use_the_folder_of_the_page(folder: Path) -> None:
    """After all that could be found was found: PyTorch's operators, the names that headers define,
    and torch.ops.tcm."""
    os.chdir(folder)
    assert patterns.has_pattern(torch.ops.aten.relu.default)
    assert "negate_s8__ref" not in shipped_names()
    assert not hasattr(torch.ops.tcm, "negate")

    torch_cortex_m.register(folder / "operators")
    assert torch.ops.tcm.negate(torch.tensor([-128, 5], dtype=torch.int8)).tolist() == [127, -5]
    assert ops.definition("requantize").kernels[-1].name == "requantize_s8__backwards"
    assert "negate_s8__ref" in shipped_names()
    runpy.run_path("check.py")  # registers the folder, too
    assert len(discovery.registered) == 1
    model, example, samples = runpy.run_path("my_model.py")["build"]()
    compiled = torch_cortex_m.compile(model, example, target="host", calibration=samples)
    assert [layer.kernel for layer in compiled.report.layers].count("negate_s8__ref") == 1
    compiled.save("out")


def test_a_folder_is_registered_at_any_time(tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    process = PROCESSES.Process(target=use_the_folder_of_the_page, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    with pytest.raises(TcmError, match=r"(?s)no operator 'negate'.*out.*TCM_OPERATORS"):
        torch_cortex_m.load(tmp_path / "out")


def test_the_environment_names_folders(tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    main = "from torch_cortex_m.cli import main; main()"
    names = os.pathsep.join(["", str(tmp_path / "operators")])
    result = python("-c", main, "ops", "--schema", site=tmp_path, folders=names)
    assert "tcm::negate(Tensor input, *, " in result.stdout, result.stderr


@needs_emulator
@pytest.mark.slow
def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(PAGE, tmp_path)
    monkeypatch.chdir(tmp_path)
    lines = [line.split() for line in commands(PAGE, "tcm")]
    assert len(lines) == 6
    for _, *arguments in lines:
        command = ("-m", "torch_cortex_m", *arguments)
        result = python(*command, site=tmp_path, folders="operators")
        assert result.returncode == 0, result.stderr
        assert arguments[0] not in ("ops", "profile") or "negate" in result.stdout


def write_folder(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_folders_of_the_environment_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(discovery.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(TcmError) as caught:
        discover(tmp_path, monkeypatch)
    for text in (
        "there is no such folder",
        "nowhere, of the environment",
        "mend it, or leave it out",
    ):
        assert text in str(caught.value)


@pytest.fixture
def unregistered() -> Iterator[None]:
    """Leaves no folder registered."""
    yield
    discovery.registered.clear()
    discovery.forget()


REFUSED = {
    "no_folders": ({"op.py": ""}, ["the folder has no operators", "got: op.py"]),
    "nothing": ({}, ["there is no such folder"]),
    **{
        name: (BROKEN[name][0], BROKEN[name][2])
        for name in ("taken", "no_kernels", "same_header", "short_header", "failing")
    },
    "bad_reference": (
        {"invert/op.py": OP.format(name="invert"), "invert/reference.py": "import no_such_module"},
        ["invert.reference' failed", "got: ModuleNotFoundError"],
    ),
}
"""Files of a folder -> what the error says."""


@pytest.mark.parametrize("name", REFUSED)
def test_a_folder_with_defects_is_not_registered(
    name: str, tmp_path: Path, unregistered: None
) -> None:
    files, texts = REFUSED[name]
    folder = write_folder(tmp_path / "mine", files)
    if name == "failing":
        texts = ["add.kernels' failed", texts[1]]
    before = discovery.definitions()
    for _ in range(2):
        with pytest.raises(TcmError) as caught:
            torch_cortex_m.register(folder)
        for text in (*texts, f"register('{folder}')", "expected: ", "mend it, or leave it out"):
            assert text in str(caught.value)
    assert discovery.definitions() == before
    assert not discovery.registered


def test_a_folder_is_read_again_once_it_is_mended(tmp_path: Path, unregistered: None) -> None:
    files = {"add/kernels.py": "KERNELS = [None]", "add/add_s8__fast.h": ""}
    write_folder(tmp_path, files)
    with pytest.raises(TcmError, match="KERNELS, a list of Kernel"):
        torch_cortex_m.register(tmp_path)
    write_folder(tmp_path, {"add/kernels.py": f"{KERNEL.format(name='add_s8__fast')}# mended\n"})
    torch_cortex_m.register(str(tmp_path))
    assert ops.definition("add").kernels[-1].name == "add_s8__fast"


def test_a_folder_is_given_as_a_path() -> None:
    with pytest.raises(TcmError, match=r"not a path(?s:.*)register\(folder=\.\.\.\)"):
        torch_cortex_m.register(5)  # type: ignore[arg-type]
