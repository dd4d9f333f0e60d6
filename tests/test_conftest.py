"""What the tests themselves rely on."""

from __future__ import annotations

import pytest
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
