"""tcm doctor: what is missing is named, and ``--fix`` installs it by one command. The programs and
apt-get are stand-ins in a PATH of the test's own, and nothing is installed."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from torch_cortex_m import TcmError
from torch_cortex_m.tools import torchao_for

PROGRAMS = (
    *("cc", "size", "arm-none-eabi-gcc", "arm-none-eabi-size", "arm-none-eabi-nm"),
    *("arm-none-eabi-objdump", "qemu-system-arm"),
)
PACKAGES = (
    "binutils binutils-arm-none-eabi gcc gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
)

NAMES = "torch_cortex_m.frontend.pytorch.torchao_names"

SCRIPT = """
import importlib.metadata, os, sys

found = importlib.metadata.version
user, python, missing = int(sys.argv[1]), sys.argv[2], sys.argv[3].split()

def version(name):
    if name in missing:
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)

importlib.metadata.version = version
os.geteuid = lambda: user
sys.executable = python
sys.argv[1:] = sys.argv[4:]

from torch_cortex_m.cli import main

main()
"""


class Machine:
    """A PATH, with what was called there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = self.stand_in("python")

    def stand_in(self, name: str, does: str = "") -> Path:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.folder}/calls\n{does}\n')
        path.chmod(0o755)
        return path

    def with_apt_get(self, does: str = "") -> None:
        installs = "\n".join(
            f"/bin/cp {self.stand_in('program')} {self.folder}/{name}" for name in PROGRAMS
        )
        self.stand_in("apt-get", does or f'if [ "$1" = install ]; then\n{installs}\nfi')

    def calls(self) -> list[str]:
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines if not line.endswith("--version")]

    def doctor(
        self, *options: str, user: int = 0, libraries: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """With these libraries missing."""
        arguments = [str(user), str(self.python), libraries, "doctor", *options]
        environment = {**os.environ, "PATH": str(self.folder)}
        environment.pop("CC", None)
        return subprocess.run(
            [sys.executable, "-c", SCRIPT, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_what_boards_need_is_listed_and_may_be_missing(machine: Machine) -> None:
    for name in PROGRAMS:
        machine.stand_in(name)
    machine.stand_in("apt-get")
    there, missing = machine.doctor(), machine.doctor("--fix", libraries="pyserial")
    purpose = "boards over a serial line (--on serial:PORT)"
    assert f"pyserial               {purpose} {version('pyserial')}\n" in there.stdout
    remedy = "not installed (pip install pyserial)"
    assert f"pyserial               {purpose} {remedy}\n" in missing.stdout
    assert "all is there" in missing.stdout
    assert (there.returncode, missing.returncode) == (0, 0)
    assert machine.calls() == []


def last_line(result: subprocess.CompletedProcess[str]) -> str:
    return result.stdout.splitlines()[-1]


def test_what_is_missing_is_named(machine: Machine) -> None:
    machine.with_apt_get()
    result = machine.doctor()
    assert result.returncode == 1
    assert "MISSING (apt-get install qemu-system-arm)" in result.stdout
    assert machine.calls() == []


def test_a_user_is_shown_one_command(machine: Machine) -> None:
    machine.with_apt_get()
    result = machine.doctor("--fix", user=1000)
    assert result.returncode == 1
    assert last_line(result) == f"run: sudo apt-get update && sudo apt-get install -y {PACKAGES}"
    assert machine.calls() == []


def test_root_installs_and_is_told_what_there_is(machine: Machine) -> None:
    machine.with_apt_get()
    result = machine.doctor("--fix", libraries="torchao")
    assert result.returncode == 1, "the stand-in for pip installs nothing"
    command = f"apt-get update && apt-get install -y {PACKAGES} && {machine.python} -m pip install"
    assert f"running: {command}" in result.stdout
    first, second, third = machine.calls()
    assert (first, second) == ("apt-get update", f"apt-get install -y {PACKAGES}")
    assert third.startswith("python -m pip install torchao")
    assert result.stdout.count("MISSING (apt-get") == len(PROGRAMS)
    assert result.stdout.count("MISSING (pip install torchao)") == 2

    whole = machine.doctor("--fix")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert last_line(whole) == "all is there"
    assert len(machine.calls()) == 3


def test_libraries_alone_need_no_root(machine: Machine) -> None:
    for name in PROGRAMS:
        machine.stand_in(name)
    machine.doctor("--fix", user=1000, libraries="torchao")
    (call,) = machine.calls()
    assert call == f"python -m pip install {torchao_for(version('torch'))}"


def test_where_there_is_no_apt_get(machine: Machine) -> None:
    result = machine.doctor("--fix", libraries="torchao")
    assert result.returncode == 1
    said, shown = result.stdout.splitlines()[-2:]
    assert said.startswith("there is no apt-get here")
    assert "qemu-system-arm" in said
    assert shown.startswith(f"run: {machine.python} -m pip install ")
    assert "torchao" in shown
    assert machine.calls() == []


def test_what_cannot_be_installed_is_an_error(machine: Machine) -> None:
    machine.with_apt_get('[ "$1" = update ]')
    result = machine.doctor("--fix")
    assert result.returncode == 2
    assert "what is missing could not be installed" in result.stderr
    assert f"where: apt-get install -y {PACKAGES}" in result.stderr
    assert "got: exit status 1" in result.stderr


def test_the_torchao_for_a_torch() -> None:
    assert torchao_for("2.9.1+cu128") == "torchao==0.15.*"
    assert torchao_for("2.11.0") == "torchao==0.17.*"


def test_a_torchao_that_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """torchao 0.18 fails on a name of torch where it is imported beside torch 2.9."""
    monkeypatch.setitem(sys.modules, "torchao.quantization.pt2e", None)
    monkeypatch.delitem(sys.modules, NAMES, raising=False)
    with pytest.raises(TcmError, match="torchao cannot be imported") as caught:
        importlib.import_module(NAMES)
    assert torchao_for(version("torch")) in str(caught.value.hint)
