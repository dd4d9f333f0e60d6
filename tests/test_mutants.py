"""The mistakes that are put into the code to try the tests: what they change."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from mutants.mutants import MODULES, mutants
from mutants.mutations import mutations
from mutants.trial import PACKAGE, ROOT

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
    text = "if offset + size <= place:"
    lines = (PACKAGE / "plan" / "offsets.py").read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, start=1) if text in line)
    line = f"plan/offsets.py:{number}"
    command = [sys.executable, "-m", "tests.mutants", "--module", line]
    command += ["--tests", "tests/test_plan.py"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert f"of {len(mutants(line))} that can be made" in found.stdout, found.stderr
    assert any("killed" in each and "<=  ->  >" in each for each in found.stdout.splitlines())
