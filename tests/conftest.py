"""What all tests share."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pytest
import torch
from hypothesis import settings

if TYPE_CHECKING:
    from cmsis_nn import CmsisNN

torch.set_num_threads(1)

# Continuous integration draws the same examples in every run, so that a failure there is repeatable
# here (CI=true); elsewhere each run draws new ones.
settings.register_profile("local", deadline=None, print_blob=True, derandomize=False)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None)


def profile(environment: Mapping[str, str]) -> str:
    return "ci" if environment.get("CI", "false") not in ("", "0", "false") else "local"


settings.load_profile(profile(os.environ))


# What a module, a fixture or a test draws without a seed of its own depends on nothing but its
# name: neither on what else runs, nor in which order, nor in how many processes.


def seed_all(name: str) -> None:
    seed = crc32(name.encode())
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def pytest_collectstart(collector: pytest.Collector) -> None:
    seed_all(collector.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef) -> None:
    if fixturedef.scope != "function":
        seed_all(f"{fixturedef.baseid}::{fixturedef.argname}")


@pytest.fixture(autouse=True)
def _seeds(request: pytest.FixtureRequest) -> None:
    """After the fixtures of many tests, before those of this one."""
    seed_all(request.node.nodeid)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def has_emulator() -> bool:
    return all(shutil.which(tool) for tool in ("arm-none-eabi-gcc", "qemu-system-arm"))


needs_emulator = pytest.mark.skipif(
    not has_emulator(), reason="arm-none-eabi-gcc or qemu-system-arm is not installed"
)


@pytest.fixture(scope="session")
def cmsis_nn(tmp_path_factory: pytest.TempPathFactory) -> CmsisNN:
    """A real CMSIS-NN for each core, compiled once for all test processes."""
    from cmsis_nn import CmsisNN

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder = folder / "cmsis-nn"
    folder.mkdir(exist_ok=True)
    return CmsisNN(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many of CMSIS-NN's test vectors were equal, different, and skipped by family."""
    for status in ("passed", "failed"):
        for report in terminalreporter.getreports(status):
            text = dict(report.user_properties).get("vectors")
            if text is None:
                continue
            counts = json.loads(str(text))
            families = ", ".join(f"{name}: {n}" for name, n in sorted(counts["skipped"].items()))
            terminalreporter.write_line(
                f"vectors on {counts['place']}: {counts['equal']} equal, "
                f"{len(counts['different'])} different, "
                f"{sum(counts['skipped'].values())} skipped ({families})"
            )
