"""CMSIS-NN's own unit-test vectors: equal on the reference, host C and emulated cores.

The folder is ../shared/cmsis_nn_vectors beside the repository, or TCM_VECTORS. Cases of operators
that we do not have are skipped by family; the summary at the end counts both.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator
from vectors import Vector, read_vectors

from torch_cortex_m.ops.base import Case
from torch_cortex_m.testing import run_cases

FOLDER = Path(
    os.environ.get("TCM_VECTORS", Path(__file__).parents[2] / "shared" / "cmsis_nn_vectors")
)

IMAGE_BYTES = 100_000
"""Constants in one image, so that it fits the smallest emulated flash, packed or not."""

Record = Callable[[str, object], None]


@pytest.fixture(scope="session")
def vectors() -> list[Vector]:
    found = read_vectors(FOLDER) if FOLDER.is_dir() else []
    if not found:
        pytest.skip(f"no vectors in {FOLDER}: set TCM_VECTORS to their folder")
    return found


def images(cases: list[Case]) -> Iterator[list[Case]]:
    """The cases in order, in groups that fit one image."""
    group: list[Case] = []
    size = 0
    for case in cases:
        constants = sum(a.nbytes for n, a in case.tensors.items() if a is not None and n != "input")
        if group and size + constants > IMAGE_BYTES:
            yield group
            group, size = [], 0
        group.append(case)
        size += constants
    yield group


def run(cases: list[Case], place: str) -> list[np.ndarray]:
    """The first outputs on the reference, the host or the core of this name."""
    on = place if place in ("reference", "host") else "emulator"
    target = "cortex-m4" if on != "emulator" else place
    runs = [run for group in images(cases) for run in run_cases(group, target=target, on=on)]
    return [run.outputs[0] for run in runs]


def check(vectors: list[Vector], place: str, record: Record) -> None:
    """Runs all cases and records how many files are equal, different and skipped."""
    pairs = [(v.name, case, expected) for v in vectors for case, expected in v.cases]
    outputs = run([case for _, case, _ in pairs], place)
    different = sorted(
        {
            name
            for (name, _, expected), output in zip(pairs, outputs, strict=True)
            if not np.array_equal(output, expected)
        }
    )
    skipped = Counter(vector.family for vector in vectors if not vector.cases)
    equal = sum(1 for vector in vectors if vector.cases) - len(different)
    summary = {"place": place, "equal": equal, "different": different, "skipped": skipped}
    record("vectors", json.dumps(summary))
    assert not different


def test_vectors_on_the_reference(vectors: list[Vector], record_property: Record) -> None:
    check(vectors, "reference", record_property)


def test_vectors_on_the_host(vectors: list[Vector], record_property: Record) -> None:
    check(vectors, "host", record_property)


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_vectors_on_emulated_cores(
    core: str, vectors: list[Vector], record_property: Record
) -> None:
    check(vectors, core, record_property)


def test_every_file_can_be_read(vectors: list[Vector]) -> None:
    assert {vector.name: vector.problem for vector in vectors if vector.problem} == {}


RECURRENT = ("lstm", "svdf")


def test_every_recurrent_vector_is_run(vectors: list[Vector]) -> None:
    meant = [vector for vector in vectors if vector.name.startswith(RECURRENT)]
    assert [vector.name for vector in meant if not vector.cases] == []
