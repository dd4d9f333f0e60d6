"""The wheel and the sdist have all that they need, and the wheel works by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from small_graphs import Builder, compiled

from torch_cortex_m.version import release_of

ROOT = Path(__file__).parents[1]
BUILD = """
import sys
from setuptools import build_meta
getattr(build_meta, f"build_{sys.argv[2]}")(sys.argv[1])
"""

SLOW = pytest.mark.slow


def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone of the repository")
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in result.stdout.split("\n") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is tracked."""
    pytest.importorskip("setuptools_scm")
    folder = tmp_path_factory.mktemp("source")
    for name in tracked():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / name).read_bytes())
    return folder


def built(source: Path, kind: str) -> Path:
    out = source.parent / kind
    command = [sys.executable, "-c", BUILD, str(out), kind]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    (found,) = out.iterdir()
    return found


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return built(source, "wheel")


def test_the_wheel_has_the_whole_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {name.removeprefix("src/") for name in tracked() if name.startswith("src/")}
    assert found == wanted


def test_a_copy_without_git_has_a_version(wheel: Path) -> None:
    assert wheel.name == "torch_cortex_m-0.1.dev0-py3-none-any.whl"


def test_the_version_comes_from_the_tag(tmp_path: Path) -> None:
    pytest.importorskip("setuptools_scm")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())

    def git(*arguments: str) -> None:
        author = ["-c", "user.name=name", "-c", "user.email=name@example.org"]
        subprocess.run(["git", *author, *arguments], cwd=tmp_path, check=True)

    def version() -> str:
        command = [sys.executable, "-m", "setuptools_scm"]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()

    git("init", "-q")
    git("add", "pyproject.toml")
    git("commit", "-q", "-m", "first")
    git("tag", "v1.2.3")
    assert version() == "1.2.3"
    git("commit", "-q", "--allow-empty", "-m", "second")
    assert version().startswith("1.2.4.dev1+g")
    assert release_of(version()) == "1.2.4"


@pytest.mark.parametrize(
    ("version", "release"), [("2.0rc1", "2.0.0"), ("0+unknown", "0.0.0"), ("1.2.3.4", "1.2.3")]
)
def test_other_package_managers_take_three_numbers(version: str, release: str) -> None:
    assert release_of(version) == release


@SLOW
def test_the_sdist_is_the_repository(source: Path) -> None:
    with tarfile.open(built(source, "sdist")) as archive:
        files = (PurePosixPath(member.name) for member in archive if member.isfile())
        found = {PurePosixPath(*path.parts[1:]).as_posix() for path in files}
    assert set(tracked()) - {"MANIFEST.in"} <= found


@SLOW
def test_the_wheel_works_by_itself(wheel: Path, tmp_path: Path) -> None:
    """All that is not code comes along: templates, kernels' headers, measurements."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    build = Builder()
    build.output(build.conv(build.input(1, 4, 4, 4), 4))
    folder = compiled(build, "cortex-m4").save(tmp_path / "out")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    program = (
        "import sys, torch_cortex_m\n"
        "from torch_cortex_m.commands import report_folder, ship_folder\n"
        "from pathlib import Path\n"
        "print(torch_cortex_m.__file__)\n"
        "assert torch_cortex_m.__version__ == '0.1.dev0'\n"
        "folder = Path(sys.argv[1])\n"
        "page = folder / 'x.html'\n"
        "report_folder(folder, page, None, None, measure=False, curves=False)\n"
        "ship_folder(folder, 'zephyr', folder / 'zephyr')\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, folder],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(str(tmp_path / "site"))
    assert (folder / "zephyr" / "src" / "model.c").exists()


@SLOW
def test_the_wheel_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """With the packages that are installed here, which a network would bring: its own command, and
    nothing of this repository."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", wheel], check=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    others = Path(site.stdout.strip()) / "zz_others.pth"
    others.write_text(sysconfig.get_path("purelib") + "\n")
    model = ROOT / "tests" / "models" / "small_networks.py"
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for command in (
        ["compile", f"{model}:separable", "-o", "out"],
        ["verify", "out", "--on", "host"],
        ["report", "out", "--no-measure"],
        ["doctor"],
    ):
        subprocess.run([python.parent / "tcm", *command], cwd=tmp_path, env=environment, check=True)
    where = [python, "-c", "import torch_cortex_m; print(torch_cortex_m.__file__)"]
    found = subprocess.run(where, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(tmp_path / "env"))
