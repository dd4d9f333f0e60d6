"""Damaged and hostile files: a TcmError or a graph, in little time and memory."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_writer import ModelWriter
from operator_models import MODELS, X, activation, integers, network

from torch_cortex_m.errors import TcmError
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.passes import run_passes

REGRESSIONS = sorted((Path(__file__).parents[1] / "regressions" / "tflite").iterdir())
SMALL = network().content


def accepts_or_explains(content: bytes) -> None:
    """Any other exception fails the test."""
    try:
        graph = import_content(content)
    except TcmError:
        return
    run_passes(graph)


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.name)
def test_finds_of_the_fuzzer(path: Path) -> None:
    accepts_or_explains(path.read_bytes())


def test_every_prefix_of_a_file() -> None:
    for length in range(len(SMALL)):
        accepts_or_explains(SMALL[:length])


def test_every_word_of_a_file_at_its_limits() -> None:
    """Offsets, lengths, indices, sizes and types: each becomes the least and the largest."""
    for place in range(0, len(SMALL) - 3, 4):
        for word in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"):
            accepts_or_explains(SMALL[:place] + word + SMALL[place + 4 :])


@settings(
    max_examples=300,
    deadline=20_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    model=st.sampled_from(MODELS),
    changes=st.lists(
        st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8
    ),
)
def test_random_bytes(model, changes: list[tuple[int, int]]) -> None:
    content = bytearray(model.content)
    for place, value in changes:
        content[place % len(content)] = value
    accepts_or_explains(bytes(content))


def test_weights_that_many_operators_share_and_negate_are_limited() -> None:
    """Each takes a copy of its own."""
    writer = ModelWriter()
    weight = writer.constant("weight", np.ones((512, 512), np.int8), scales=[-0.1] * 512)
    values = [activation(writer, str(index), (1, 512), X) for index in range(2001)]
    for index, source in enumerate(values[:-1]):
        writer.operator(
            "FULLY_CONNECTED", [source, weight], values[index + 1], "FullyConnectedOptions"
        )
    content = writer.write(values[:1], values[-1:])
    tracemalloc.start()
    with pytest.raises(TcmError, match="too large for a microcontroller"):
        import_content(content)
    assert tracemalloc.get_traced_memory()[1] < 1 << 29
    tracemalloc.stop()


def test_tables_that_many_operators_share_cost_little() -> None:
    """A small file that stands for a large graph: one weight for two thousand layers."""
    writer = ModelWriter()
    weight = writer.constant("weight", np.ones((512, 512), np.int8), scales=[0.1] * 512)
    values = [activation(writer, str(index), (1, 512), X) for index in range(2001)]
    for index, source in enumerate(values[:-1]):
        writer.operator(
            "FULLY_CONNECTED", [source, weight], values[index + 1], "FullyConnectedOptions"
        )
    content = writer.write(values[:1], values[-1:])
    tracemalloc.start()
    start = time.perf_counter()
    import_content(content)
    assert time.perf_counter() - start < 30
    assert tracemalloc.get_traced_memory()[1] < 1 << 27
    tracemalloc.stop()


def test_a_long_chain_costs_little_in_the_passes() -> None:
    writer = ModelWriter()
    values = [activation(writer, str(index), (2, 8), X) for index in range(1001)]
    swap = writer.constant("swap", integers(1, 0))
    for index, source in enumerate(values[:-1]):
        writer.operator("TRANSPOSE", [source, swap], values[index + 1])
    for tensor in values[1::2]:
        writer.tensors[tensor].shape = (8, 2)
    start = time.perf_counter()
    graph = run_passes(import_content(writer.write(values[:1], values[-1:])))
    assert time.perf_counter() - start < 60
    assert not graph.nodes or len(graph.nodes) == 1
