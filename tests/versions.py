"""The wheel beside each release of PyTorch that it allows, in environments of their own.

    python -m tests.versions [RELEASE ...] [--python PATH ...] [--keep FOLDER]

Builds the wheel, and for each release (2.9, 2.10 ...; all without one) makes an environment, has
pip install the wheel, that PyTorch and the torchao that belongs to it, and runs the tests of what
depends on PyTorch with what was installed. An environment takes about 6 GB where PyTorch comes with
CUDA, and is removed when its tests have run; with --keep they stay in FOLDER, and are used again.

Each --python is an interpreter to do so with, instead of the one that runs this program. What
depends on Python is tested, too, and first the wheel without PyTorch: from a .tflite file, each
interpreter has to make the C that this one makes.

Prints a table; the exit status is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from torch_cortex_m.tools import torchao_for

ROOT = Path(__file__).parents[1]
RELEASES = ("2.9", "2.10", "2.11", "2.12", "2.13", "2.14", "2.15")
NEEDED = ("pytest>=8", "hypothesis>=6.100", "scikit-learn>=1.4", "jsonschema>=4", "pyserial>=3.5")
TESTS = (
    "tests/test_compile.py",
    *(f"tests/frontend/test_frontend_{name}.py" for name in ("binary", "models", "programs")),
    *(f"tests/frontend/test_frontend_{name}.py" for name in ("quantized", "recurrent")),
    "tests/frontend/test_hostile_programs.py",
)
"""What depends most on PyTorch: capture, PT2E, files of programs, and a compiled network."""

TESTS_OF_PYTHON = tuple(
    f"tests/test_{name}.py"
    for name in ("cli", "doctor", "emit", "hostile_folders", "numerics", "plan")
)
"""What depends most on Python: commands and their texts, processes, archives, orders."""


@dataclass(frozen=True)
class Result:
    """What happened in an environment; versions: of what pip installed."""

    environment: str
    versions: str
    outcome: str
    passed: bool


class FailedError(Exception):
    """A command failed; its text is the last line of what it printed."""


@dataclass(frozen=True)
class Environment:
    """The wheel for an interpreter, beside a release of PyTorch or without any."""

    python: Path
    release: str | None = None
    tests: Sequence[str] = ()

    def tried(self, wheel: Path, folder: Path, keep: Path | None = None) -> Result:
        start, name, versions = time.monotonic(), str(self.python), ""
        with TemporaryDirectory(dir=folder) as temporary:
            try:
                name = self._name()
                own = (keep or Path(temporary)).resolve() / name
                print(f"{name}: installing", flush=True)
                python = self._installed(own, wheel)
                versions = self._versions(python)
                print(f"{name}: testing with {versions}", flush=True)
                result = Result(name, versions, self._test(python), True)
            except FailedError as failure:
                result = Result(name, versions, str(failure), False)
        print(f"{name}: {result.outcome} ({time.monotonic() - start:.0f} s)", flush=True)
        return result

    def _name(self) -> str:
        number = _call(self.python, "-c", "import platform; print(platform.python_version())")
        return f"python-{number}" + (f"-torch-{self.release}" if self.release else "")

    def _installed(self, folder: Path, wheel: Path) -> Path:
        """The environment's own interpreter."""
        python = folder / "bin" / "python"
        if not python.exists():
            _call(self.python, "-m", "venv", folder)
        pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "-q")
        if self.release is None:
            _call(*pip, wheel)
        else:
            torch = f"torch=={self.release}.*"
            _call(*pip, torch, torchao_for(self.release), f"{wheel}[torch]", *NEEDED)
        _call(*pip, "--no-deps", "--force-reinstall", wheel)  # another one of the same version
        return python

    def _versions(self, python: Path) -> str:
        names = ["numpy", *(("torch", "torchao") if self.release else ())]
        program = "import sys; from importlib.metadata import version"
        program += "; print(*(f'{name} {version(name)}' for name in sys.argv[1:]), sep=', ')"
        return _call(python, "-c", program, *names)

    def _test(self, python: Path) -> str:
        """pytest's last line, or what the C is. Raises FailedError where a test fails."""
        if self.release is None:
            return _call(python, "tests/wheel_alone.py")
        return _call(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *self.tests)


def main() -> int:
    arguments = _arguments()
    with TemporaryDirectory(prefix="tcm-versions-") as temporary:
        folder = Path(temporary)
        print("building the wheel", flush=True)
        wheel = _wheel(folder / "dist")
        results = _alone(arguments.python, wheel, folder) if arguments.python else []
        tests = TESTS + TESTS_OF_PYTHON if arguments.python else TESTS
        for python in arguments.python or [Path(sys.executable)]:
            for release in arguments.releases or RELEASES:
                environment = Environment(python, release, tests)
                results.append(environment.tried(wheel, folder, arguments.keep))
    _print_table(wheel.name, results)
    return 0 if all(result.passed for result in results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.versions")
    parser.add_argument("releases", nargs="*", metavar="RELEASE")
    parser.add_argument("--python", type=Path, action="append", metavar="PATH")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    return parser.parse_args()


def _wheel(folder: Path) -> Path:
    _call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _alone(pythons: Sequence[Path], wheel: Path, folder: Path) -> list[Result]:
    """Without PyTorch, with the interpreter of this program, too, which says what is right."""
    environments = [Environment(each) for each in (Path(sys.executable), *pythons)]
    results = [each.tried(wheel, folder) for each in environments]
    right = results[0].outcome
    return [
        each
        if each.outcome == right or not each.passed
        else replace(each, outcome=f"{each.outcome} instead of {right}", passed=False)
        for each in results
    ]


def _call(*command: str | Path) -> str:
    """The last line of what the command prints. The sources are not on its path: it imports what is
    installed. Raises FailedError."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    lines = (result.stdout + result.stderr).strip().splitlines() or [""]
    if result.returncode != 0:
        print("\n".join(lines), file=sys.stderr)
        raise FailedError(_reason(lines))
    return lines[-1]


def _reason(lines: Sequence[str]) -> str:
    """pip says what is wrong in its first line of an error, pytest in its last line."""
    errors = [line for line in lines if line.startswith("ERROR: ")]
    return (errors or [lines[-1]])[0]


def _print_table(wheel: str, results: Sequence[Result]) -> None:
    print(f"\n{wheel}")
    for result in results:
        print(f"{result.environment:28} {result.versions:50} {result.outcome}")


if __name__ == "__main__":
    sys.exit(main())
