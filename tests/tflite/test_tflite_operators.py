"""Every TensorFlow Lite operator: what the compiled C gives is what other runtimes give."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from conftest import has_emulator
from judges import litert, tflite_micro
from operator_models import OperatorModel

from torch_cortex_m.frontend.tflite.builtins import builtins
from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.frontend.tflite.reader import read_model
from torch_cortex_m.generate import generate_all
from torch_cortex_m.ir import Graph
from torch_cortex_m.passes import run_passes
from torch_cortex_m.run.reference import Reference
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import CORES, HOST

SAMPLES = 4
IN_AN_IMAGE = 150

PLACES = {
    name: target
    for name, target in {"host": HOST, **CORES}.items()
    if name == "host" or (name in ("cortex-m4", "cortex-m55") and has_emulator())
}

MODELS: list[OperatorModel] = [
    model
    for path in sorted(Path(__file__).parent.glob("*_models.py"))
    for model in import_module(path.stem).MODELS
]


def passed(graph: Graph) -> Graph:
    """After all passes; floats stay at the edges where the file has them."""
    ports = [*graph.inputs, *graph.outputs]
    floats = any(graph.types[port.value].dtype == "float32" for port in ports)
    return run_passes(graph, float_io=floats)


def compiled_outputs(model: OperatorModel, graph: Graph) -> list[list[np.ndarray]]:
    """One call after the other, as other runtimes have them."""
    reference = Reference(graph)
    return [reference.run(sample) for sample in model.samples(SAMPLES)]


def largest_difference(got: list[list[np.ndarray]], expected: list[list[np.ndarray]]) -> float:
    """Over all samples and outputs; shapes and types must agree."""
    largest = 0.0
    for outputs, others in zip(got, expected, strict=True):
        for output, other in zip(outputs, others, strict=True):
            assert (output.shape, output.dtype) == (other.shape, other.dtype)
            difference = np.abs(output.astype(np.float64) - other.astype(np.float64))
            largest = max(largest, float(difference.max()))
    return largest


def by_name(model: OperatorModel) -> str:
    return model.name


@pytest.mark.parametrize("model", [each for each in MODELS if each.litert], ids=by_name)
def test_equals_litert(model: OperatorModel) -> None:
    """As imported, and after the passes."""
    expected = litert(model.content, model.samples(SAMPLES))
    graph = import_content(model.content)
    for form in (graph, passed(graph)):
        difference = largest_difference(compiled_outputs(model, form), expected)
        assert difference <= (1 if model.rounds_once else 0)


@pytest.mark.parametrize("model", [each for each in MODELS if each.micro], ids=by_name)
def test_equals_tflite_micro(model: OperatorModel) -> None:
    expected = tflite_micro(model.content, model.samples(SAMPLES), model.outputs)
    graph = passed(import_content(model.content))
    assert largest_difference(compiled_outputs(model, graph), expected) == 0


@pytest.mark.parametrize("first", range(0, len(MODELS), IN_AN_IMAGE))
@pytest.mark.parametrize(
    "place",
    [pytest.param(name, marks=() if name == "host" else pytest.mark.slow) for name in PLACES],
)
def test_the_emitted_c_gives_the_same(place: str, first: int) -> None:
    models = MODELS[first : first + IN_AN_IMAGE]
    graphs = {
        f"model_{index}": passed(import_content(model.content))
        for index, model in enumerate(models)
    }
    generated = generate_all(graphs, PLACES[place])
    given = [(index, sample) for index, model in enumerate(models) for sample in model.samples(1)]
    with Runner([each.program for each in generated], PLACES[place]) as runner:
        runs = runner.run([(i, [array.tobytes() for array in sample]) for i, sample in given])
    references = [Reference(graph) for graph in graphs.values()]
    for (index, sample), run in zip(given, runs, strict=True):
        expected = references[index].run(sample)
        assert list(run.outputs) == [output.tobytes() for output in expected], models[index].name


def test_every_declared_operator_has_models() -> None:
    used = {each.name for model in MODELS for each in read_model(model.content).main.operators}
    assert set(builtins()) <= used
