"""Tests with a copy of the package, in processes that begin with what all tests import."""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "torch_cortex_m"

OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", "pyproject.toml")

START, SLOWER = 15.0, 5.0
"""A test is endless after so many seconds, and so many times its own."""

_context = get_context("forkserver")
_context.set_forkserver_preload(["coverage", "hypothesis", "numpy", "pytest", "torch"])


class Copy:
    """The package in a folder of its own, in which a file can be another one for a while."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / PACKAGE.name
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        # Compiled files are told by the text of their source, as its time may be the same.
        checked = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(self.package, quiet=1, invalidation_mode=checked)

    @contextmanager
    def changed(self, path: str, text: str) -> Iterator[None]:
        """path: in the package."""
        file = self.package / path
        original = file.read_text()
        file.write_text(text)
        try:
            yield
        finally:
            file.write_text(original)


def run_tests(
    package: Path, arguments: Sequence[str], limit: float, plugin: Any = None
) -> int | None:
    """pytest's exit code with this package; None if it or one test took too long.

    limit: seconds for all.

    plugin: what pytest gets beside, in the other process.
    """
    process = _context.Process(target=_run_tests, args=(package, arguments, plugin))
    process.start()
    process.join(limit)
    code = process.exitcode
    if process.pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and what it has started
    process.join()
    process.close()
    return None if code == -signal.SIGALRM else code


def _run_tests(package: Path, arguments: Sequence[str], plugin: Any) -> None:
    os.setpgid(0, 0)
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    os.chdir(ROOT)
    os.environ |= {"CI": "true", "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(package.parent))

    plugins = [_Settings()] if plugin is None else [_Settings(), plugin]
    sys.exit(pytest.main([*OPTIONS, *arguments], plugins))


@dataclass(frozen=True)
class Alarm:
    """Ends the process where a test takes much longer than it did.

    seconds: what it took, by name.
    """

    seconds: Mapping[str, float]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        signal.setitimer(signal.ITIMER_REAL, START + SLOWER * self.seconds[item.nodeid])
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


class _Settings:
    """A failure is not made simpler: that it failed is enough."""

    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", settings.get_profile("ci"), phases=phases)
        settings.load_profile("mutants")
