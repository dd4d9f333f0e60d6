"""Small models as people write them: each compiles, exactly and as well as its quantization, or is
refused for what it names (see zoo/judge.py). CI takes a sample, ``-m slow`` all."""

from __future__ import annotations

import random

import pytest
from conftest import has_emulator
from zoo.judge import faults
from zoo.record import Model, models

from torch_cortex_m.target import CORES, HOST

PLACES = [HOST, *(CORES[name] for name in ("cortex-m4", "cortex-m55") if has_emulator())]

ALL = list(models().values())
COMPILED = [model for model in ALL if not model.not_yet | model.refused]
REFUSED = [model for model in ALL if model.not_yet | model.refused]

PER_IMAGE = 4
SAMPLES = 3


def sample(number: int) -> list[Model]:
    """``PER_IMAGE`` models, and none of another sample's."""
    chosen = random.Random(0).sample(COMPILED, SAMPLES * PER_IMAGE)
    return chosen[number * PER_IMAGE : (number + 1) * PER_IMAGE]


def check(chosen: list[Model]) -> None:
    lines = [f"{name}: {what}" for name, what in faults(chosen, PLACES).items()]
    assert not lines, "\n".join(["", *lines])


def test_there_are_enough() -> None:
    assert len(ALL) >= 150
    assert all(model.inputs for model in ALL)


@pytest.mark.parametrize("number", range(SAMPLES))
def test_some_models(number: int) -> None:
    check(sample(number))


def test_some_refused_models() -> None:
    check(random.Random(0).sample(REFUSED, min(8, len(REFUSED))))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted({model.kind for model in ALL}))
def test_every_model(kind: str) -> None:
    check([model for model in ALL if model.kind == kind])
