"""What all tests share."""

from __future__ import annotations

import shutil

import pytest
import torch

torch.set_num_threads(1)


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
