"""The wheel beside each release of PyTorch that it allows, in environments of their own.

    python -m tests.versions [RELEASE ...] [--keep FOLDER]

Builds the wheel, and for each release (2.9, 2.10 ...; all without one) makes an environment, has
pip install the wheel, that PyTorch and the torchao that belongs to it, and runs the tests of what
depends on PyTorch with what was installed. An environment takes about 6 GB where PyTorch comes with
CUDA, and is removed when its tests have run; with --keep they stay in FOLDER, and are used again.
Prints a table; the exit status is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Result:
    """What happened to a release; versions: of what pip installed."""

    release: str
    versions: str
    outcome: str
    passed: bool


class FailedError(Exception):
    """A command failed; its text is the last line of what it printed."""


def main() -> int:
    arguments = _arguments()
    with TemporaryDirectory(prefix="tcm-versions-") as temporary:
        folder = Path(temporary)
        print("building the wheel", flush=True)
        wheel = _wheel(folder / "dist")
        results = []
        for release in arguments.releases or RELEASES:
            start = time.monotonic()
            results.append(_tried(release, wheel, folder, arguments.keep))
            taken = time.monotonic() - start
            print(f"torch {release}: {results[-1].outcome} ({taken:.0f} s)", flush=True)
    _print_table(wheel.name, results)
    return 0 if all(result.passed for result in results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.versions")
    parser.add_argument("releases", nargs="*", metavar="RELEASE")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    return parser.parse_args()


def _wheel(folder: Path) -> Path:
    _call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _tried(release: str, wheel: Path, folder: Path, keep: Path | None) -> Result:
    with TemporaryDirectory(dir=folder) as temporary:
        environment = (keep or Path(temporary)).resolve() / release
        python = environment / "bin" / "python"
        versions = ""
        try:
            print(f"torch {release}: installing", flush=True)
            _install(python, environment, release, wheel)
            versions = _versions(python)
            print(f"torch {release}: testing with {versions}", flush=True)
            return Result(release, versions, _test(python), True)
        except FailedError as failure:
            return Result(release, versions, str(failure), False)


def _install(python: Path, environment: Path, release: str, wheel: Path) -> None:
    if not python.exists():
        _call(sys.executable, "-m", "venv", environment)
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "-q")
    torch = f"torch=={release}.*"
    _call(*pip, torch, torchao_for(release), f"{wheel}[torch]", *NEEDED)
    _call(*pip, "--no-deps", "--force-reinstall", wheel)  # another one of the same version


def _versions(python: Path) -> str:
    program = "from importlib.metadata import version as v; print('torch', v('torch'), end=', ');"
    return _call(python, "-c", f"{program} print('torchao', v('torchao'))")


def _test(python: Path) -> str:
    """pytest's last line. Raises FailedError with it where a test fails."""
    return _call(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS)


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
    print(f"\n{wheel}, Python {sys.version.split()[0]}")
    for result in results:
        print(f"{result.release:6} {result.versions:36} {result.outcome}")


if __name__ == "__main__":
    sys.exit(main())
