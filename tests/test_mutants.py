"""The mistakes that are put into the code to try the tests: what they change."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from mutants.mutants import MODULES, mutants
from mutants.mutations import mutations
from mutants.trial import ROOT

SOURCE = '''\
"""Doc: 1 + 1."""
import os

LIMIT: int | None = 3


@cached(1024)
def least(values: list[int], ä: str = "ü") -> int | None:
    assert values is not None
    if ä == "ß" and not values:
        raise ValueError(f"{len(values) + 1} of {LIMIT}")
    return min(value for value in values if value)
'''


def test_every_mistake_changes_one_place() -> None:
    found = {(each.line, each.old, each.new) for each in mutations(SOURCE)}
    condition = 'ä == "ß" and not values'
    assert found == {
        (4, "3", "(3 + 1)"),
        (4, "3", "(3 - 1)"),
        (10, condition, f"not ({condition})"),
        (10, "==", "!="),
        (10, "and", "or"),
        (10, "not values", "(values)"),
        (12, "min", "max"),
        (12, "value", "True"),
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a < b <= c", {"a <= b <= c", "a > b <= c", "a < b < c", "a < b > c"}),
        ("a + b - c", {"a - b - c", "a + b + c"}),
        ("a is not None", {"a is None"}),
        ("a not in (b, c)", {"a in (b, c)"}),
        ("a << (b & c)", {"a >> (b & c)", "a << (b | c)"}),
        ("[x for x in -a]", {"[x for x in (a)]"}),
        ("b if a else c", {"b if not (a) else c"}),
        ("zip(a, b, strict=True)", {"pass"}),
        ("f(a, g=True)", {"pass", "f(a, g=False)"}),
        ("a += b", {"a -= b"}),
        ("any(a) or b", {"all(a) or b", "any(a) and b"}),
        ("'a' 'b'", set()),
    ],
)
def test_kinds_of_mistakes(line: str, expected: set[str]) -> None:
    assert {each.applied(line) for each in mutations(line)} == expected


@pytest.mark.parametrize("folder", MODULES)
def test_every_mistake_is_python(folder: str) -> None:
    found = mutants(folder)
    assert found
    for mutant in found[::20]:
        changed = mutant.mutation.applied(mutant.source)
        assert changed != mutant.source
        ast.parse(changed)


@pytest.mark.slow
def test_a_mistake_that_a_test_notices() -> None:
    line = "plan/offsets.py:67"
    assert all("offset + size <= place" in mutant.lines[0] for mutant in mutants(line))
    tests = ["--tests", "tests/test_plan.py", "--tests", "tests/test_plan_overlaps.py"]
    command = [sys.executable, "-m", "tests.mutants", "--module", line, *tests]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "SURVIVED" not in found.stdout
    assert found.stdout.count("killed") == len(mutants(line)) > 0
