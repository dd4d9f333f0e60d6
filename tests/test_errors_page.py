"""The page of errors has what the code says: every message that is written there, and those that
users meet."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from example_module import example_module
from torch import nn

import torch_cortex_m as tcm

PAGE: Any = example_module("_errors", Path(__file__).parents[1] / "docs")
Message = Any

WRITTEN = re.compile(
    r'(?:TcmError|ImageSizeError|\.error|damaged|_failed|_stopped|_error)\(\s*"([^"]{12,})"'
)
"""The text that a call of what makes errors begins with."""


@pytest.fixture(scope="module")
def found() -> list[Message]:
    return PAGE.messages()


def test_every_sentence_of_the_code_is_there(found: list[Message]) -> None:
    sentences = [message.what for message in found]
    files = (path.read_text() for path in PAGE.ROOT.rglob("*.py"))
    written = {text for file in files for text in WRITTEN.findall(file)}
    assert len(written) > 100
    assert not [text for text in written if not any(text in sentence for sentence in sentences)]


def test_a_sentence_is_more_than_what_is_not_known(found: list[Message]) -> None:
    assert all(re.search(r"\w{3}", message.what) for message in found)


def test_every_error_says_what_was_expected_or_what_to_do(found: list[Message]) -> None:
    assert not [each.what for each in found if not each.expected and not each.hint]


FROM_FILES = ("Reading a .tflite file", "Operators, and those from outside")
"""Stages whose errors are about what a converter or an author of kernels wrote: what was expected
and what was got is often all that there is to say."""


def test_every_error_of_a_user_says_what_to_do() -> None:
    frontend = PAGE.ROOT / "frontend"
    for call in PAGE.Source().calls:
        text = ast.unparse(call.node)
        stage = PAGE._stage(call.path)
        if text.startswith("TcmError(") and (
            stage not in FROM_FILES or call.path.is_relative_to(frontend)
        ):
            given = {each.arg for each in call.node.keywords}
            assert given & {"hint", None}, f"{call.path}: {text}"  # None: **parts


def refused(call: Callable[[], object]) -> tcm.TcmError:
    with pytest.raises(tcm.TcmError) as error:
        call()
    return error.value


def linear_with(bias: float) -> nn.Module:
    model = nn.Linear(2, 2).eval()
    model.bias.data.fill_(bias)
    return model


class Unsupported(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.inv(x)


ONE = torch.ones(2, 2)
ERRORS = {
    "target": lambda: tcm.compile(linear_with(0), (ONE,), target="cortex-m5"),
    "operator": lambda: tcm.compile(Unsupported(), (ONE,)),
    "input": lambda: tcm.compile(linear_with(0), (np.ones(2),)),
    "calibration": lambda: tcm.compile(linear_with(0), (ONE,), calibration=[(ONE[:, :1],)]),
    "no_file": lambda: tcm.compile("there_is_none.tflite"),
    "budget": lambda: tcm.compile(linear_with(0), (ONE,), flash=1),
}


def fits(error: tcm.TcmError, message: Message) -> bool:
    """Whether the message, with anything in place of what is not known, is the error."""
    given = {"what": error.what, "expected": error.expected, "hint": error.hint}
    texts = {name: getattr(message, name) for name in given}
    return all(
        re.fullmatch(pattern_of(text), " ".join(str(given[name]).split()))
        for name, text in texts.items()
        if text and "; or: " not in text
    )


def pattern_of(text: str) -> str:
    return re.escape(text).replace(PAGE.UNKNOWN, ".*")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_that_is_met_is_there(name: str, found: list[Message]) -> None:
    error = refused(ERRORS[name])
    fitting = [message for message in found if fits(error, message)]
    assert fitting, error
    assert any(message.hint for message in fitting) or error.hint is None


def test_the_page_says_cause_and_cure(found: list[Message]) -> None:
    page = PAGE.errors_page()
    assert all(f"\n## {message.stage}\n" in page for message in found)
    assert page.count("- what to do: ") >= 150
    assert "; or: pick one" in page
