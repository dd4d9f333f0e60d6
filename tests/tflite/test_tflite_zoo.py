"""Public files beside TFLite-Micro: each gives its very bytes, but for functions of the C library.
TFLite-Micro has no kernels for files in uint8, so that their judge is LiteRT.

The files are in ../shared/zoo beside the repository, or in TCM_ZOO; without them the tests are
skipped. Files that need operators that are not there yet are expected to fail.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from conftest import has_emulator
from judges import litert, tflite_micro, with_constant_fills

from torch_cortex_m.frontend.tflite.builtins import builtins
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.frontend.tflite.support import needed_operators
from torch_cortex_m.generate import generate
from torch_cortex_m.ir import Graph, TensorType
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import run_reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST

ZOO = Path(os.environ.get("TCM_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))
FILES = sorted([*ZOO.glob("int*/*.tflite"), *ZOO.glob("uint8/*.tflite")])
PLACES = {
    name: target
    for name, target in {"host": HOST, **CORES}.items()
    if name == "host" or (name in ("cortex-m4", "cortex-m55") and has_emulator())
}
CALLS_THE_LIBRARY = "log_softmax_float"
"""The operator for which TFLite-Micro calls exp and log of the C library that it is linked to;
nobody says what their last bit is."""

EACH_CHANGE = ("har_group", "rnnoise", "magic_wand")


def samples(graph: Graph) -> list[list[np.ndarray]]:
    """Random ones, and the ends of the type."""
    rng = np.random.default_rng(0)
    types = [graph.types[port.value] for port in graph.inputs]
    drawn = [[_random(rng, each.shape, each.dtype) for each in types] for _ in range(3)]
    ends = [[_end(each, side) for each in types] for side in (0, 1)]
    return drawn + ends


def _end(type_: TensorType, side: int) -> np.ndarray:
    end = (-128, 127)[side] if type_.dtype == "float32" else type_.limits[side]
    return np.full(type_.shape, end, type_.dtype)


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    if dtype == "float32":
        return rng.normal(size=shape).astype(np.float32)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    return rng.integers(low, high, shape, endpoint=True).astype(dtype)


def judged(path: Path) -> tuple[Graph, list[list[np.ndarray]], list[list[np.ndarray]]]:
    """The graph after all passes, samples, and what the judge gives for these."""
    content = path.read_bytes()
    needed = {operator.name for operator in needed_operators(read_model(content))}
    if missing := needed - set(builtins()):
        pytest.xfail(f"needs {', '.join(sorted(missing))}")
    graph = import_content(content)
    given = samples(graph)
    source = with_constant_fills(content) if "FILL" in needed else content
    if path.parent.name == "uint8":
        expected = litert(content, given)
    else:
        expected = tflite_micro(source, given, len(graph.outputs))
    floats = any(graph.types[port.value].dtype == "float32" for port in graph.inputs)
    if any(node.op.name == CALLS_THE_LIBRARY for node in graph.nodes):
        expected = near(graph, given, expected)
    return run_passes(graph, float_io=floats), given, expected


def near(
    graph: Graph, given: list[list[np.ndarray]], expected: list[list[np.ndarray]]
) -> list[list[np.ndarray]]:
    """What the imported graph gives, if it is what is expected up to the last bit of a float32, and
    of the sum that the logarithm is of."""
    results = [run_reference(graph, sample) for sample in given]
    np.testing.assert_allclose(np.array(results), np.array(expected), rtol=2**-23, atol=2**-23)
    return results


@pytest.mark.skipif(not FILES, reason="the public files are not here")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_public_file(path: Path) -> None:
    graph, given, expected = judged(path)
    for sample, outputs in zip(given, expected, strict=True):
        for got, wanted in zip(run_reference(graph, sample), outputs, strict=True):
            np.testing.assert_array_equal(got, wanted)


@pytest.mark.skipif(not FILES, reason="the public files are not here")
@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param(
            path,
            place,
            id=f"{path.parent.name}-{path.stem}-{place}",
            marks=() if path.stem in EACH_CHANGE else pytest.mark.slow,
        )
        for path in FILES
        for place in PLACES
    ],
)
def test_public_file_in_c(path: Path, place: str) -> None:
    graph, given, expected = judged(path)
    with Runner([generate(graph, PLACES[place]).program], PLACES[place]) as runner:
        runs = runner.run([(0, [array.tobytes() for array in sample]) for sample in given])
    for run, outputs in zip(runs, expected, strict=True):
        assert list(run.outputs) == [array.tobytes() for array in outputs]
