"""Public files beside TFLite-Micro: each gives its very bytes.

The files are in ../shared/zoo beside the repository, or in TCM_ZOO; without them the tests are
skipped. Files that need operators that are not there yet are expected to fail.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from judges import tflite_micro, with_constant_fills

from torch_cortex_m.frontend.tflite.builtins import builtins
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.frontend.tflite.support import needed_operators
from torch_cortex_m.ir import Graph
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import run_reference

ZOO = Path(os.environ.get("TCM_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))
FILES = sorted(ZOO.glob("int8/*.tflite"))


def samples(graph: Graph) -> list[list[np.ndarray]]:
    """Random ones, and the ends of the type."""
    rng = np.random.default_rng(0)
    types = [graph.types[port.value] for port in graph.inputs]
    drawn = [[_random(rng, each.shape, each.dtype) for each in types] for _ in range(3)]
    ends = [[np.full(each.shape, end, each.dtype) for each in types] for end in (-128, 127)]
    return drawn + ends


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    if dtype == "float32":
        return rng.normal(size=shape).astype(np.float32)
    return rng.integers(-128, 128, shape).astype(dtype)


@pytest.mark.skipif(not FILES, reason="the public files are not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_public_file(path: Path) -> None:
    content = path.read_bytes()
    needed = {operator.name for operator in needed_operators(read_model(content))}
    if missing := needed - set(builtins()):
        pytest.xfail(f"needs {', '.join(sorted(missing))}")
    graph = import_content(content)
    given = samples(graph)
    judged = with_constant_fills(content) if "FILL" in needed else content
    expected = tflite_micro(judged, given, len(graph.outputs))
    floats = any(graph.types[port.value].dtype == "float32" for port in graph.inputs)
    after = run_passes(graph, float_io=floats)
    for sample, outputs in zip(given, expected, strict=True):
        for got, wanted in zip(run_reference(after, sample), outputs, strict=True):
            np.testing.assert_array_equal(got, wanted)
