"""What the tests themselves rely on."""

from __future__ import annotations

import random
from zlib import crc32

import numpy as np
import pytest
import torch
from conftest import profile
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("environment", "name"),
    [({}, "local"), ({"CI": "false"}, "local"), ({"CI": "true"}, "ci"), ({"CI": "1"}, "ci")],
)
def test_the_environment_says_which_examples_are_drawn(
    environment: dict[str, str], name: str
) -> None:
    assert profile(environment) == name


def draws(name: str) -> list[int]:
    """What a property draws under a profile."""
    seen: list[int] = []

    @settings(settings.get_profile(name), max_examples=20, database=None)
    @given(st.integers(0, 10**9))
    def anything(value: int) -> None:
        seen.append(value)

    anything()
    return seen


@pytest.mark.parametrize(("name", "repeatable"), [("ci", True), ("local", False)])
def test_continuous_integration_draws_the_same_examples_again(name: str, repeatable: bool) -> None:
    assert (draws(name) == draws(name)) is repeatable
    assert settings.get_profile(name).deadline is None


IMPORTED = torch.rand(1), np.random.random(), random.random()


def draws_of(name: str) -> tuple[torch.Tensor, float, float]:
    seed = crc32(name.encode())
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.rand(1, generator=generator),
        np.random.RandomState(seed).random(),
        random.Random(seed).random(),
    )


@pytest.fixture(scope="module")
def of_module() -> tuple[torch.Tensor, float, float]:
    return torch.rand(1), np.random.random(), random.random()


@pytest.mark.parametrize("number", [1, 2])
def test_draws_without_a_seed_depend_on_the_name_of_what_draws(
    number: int, of_module: tuple[torch.Tensor, float, float], request: pytest.FixtureRequest
) -> None:
    assert (torch.rand(1), np.random.random(), random.random()) == draws_of(request.node.nodeid)
    assert draws_of("tests/test_conftest.py") == IMPORTED
    assert of_module == draws_of("tests/test_conftest.py::of_module")
